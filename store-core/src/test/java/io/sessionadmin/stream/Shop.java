package io.sessionadmin.stream;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Classes of an application that keeps all kinds of things in its sessions. */
@SuppressWarnings("UnusedVariable")
final class Shop {
    private Shop() {}

    static class Person implements Serializable {
        private static final long serialVersionUID = 1L;
        final String name;
        final int age;

        Person(String name, int age) {
            this.name = name;
            this.age = age;
        }
    }

    static final class Customer extends Person {
        private static final long serialVersionUID = 1L;
        final Color color = Color.GREEN;

        @Nullable
        Customer friend;

        Customer(String name, int age) {
            super(name, age);
        }
    }

    enum Color {
        RED,
        GREEN {
            @Override
            boolean calm() {
                return true;
            }
        };

        boolean calm() {
            return false;
        }
    }

    record Point(int x, String label) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** Tells when it was initialised. */
    static final class Traps {
        static {
            System.setProperty("shop.trap", "sprung");
        }
    }

    /** Writes bytes and an object behind its fields. */
    static final class Ledger implements Serializable {
        private static final long serialVersionUID = 1L;
        private final long total = 77;

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(0xcafe);
            out.writeObject("audited");
            out.write(new byte[3_000]);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
        }
    }

    static final class Parcel implements Externalizable {
        private static final long serialVersionUID = 1L;

        public Parcel() {}

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeUTF("to");
            out.writeObject(new Point(1, "door"));
        }

        @Override
        public void readExternal(ObjectInput in) {}
    }

    static final class Echo implements InvocationHandler, Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
            return null;
        }
    }

    interface Task extends Supplier<String>, Serializable {}

    /** Fails to be written after its primitives and its first object. */
    static final class Broken implements Serializable {
        private static final long serialVersionUID = 1L;
        private final int primitive = 1;
        private final List<String> before = new ArrayList<>(List.of("x"));
        private final Object refused = new Object();
    }

    /** Refuses from its own writeObject, in front of its fields. */
    static final class Refusing implements Serializable {
        private static final long serialVersionUID = 1L;
        private final int primitive = 1;

        private void writeObject(ObjectOutputStream out) throws IOException {
            throw new java.io.NotSerializableException("not today");
        }
    }

    static final class Node implements Serializable {
        private static final long serialVersionUID = 1L;
        final int number;

        @Nullable
        Object next;

        @Nullable
        Object other;

        Node(int number) {
            this.number = number;
        }
    }
}
