package io.sessionadmin.store;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.apache.tomcat.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/**
 * The attributes that an application has got from a session and may have changed in place, without
 * {@code setAttribute}: each with a fingerprint of its serialised form from before it was handed out.
 *
 * <p>An object that the store has replaced by a newer one meanwhile stays here while a request may hold it. What that
 * request does to it counts as a later write.
 *
 * <p>Guarded by itself; serialising happens outside of the lock.
 */
final class HandedOut {

    /** Serialising threw, or it was not looked at yet: it is taken for changed. */
    private static final long UNKNOWN = 0;

    /**
     * An object that looks different than when it was handed out.
     *
     * @param replaced whether the store has put a newer one in its place meanwhile
     */
    record Changed(String name, Object value, boolean replaced) {}

    private static final Set<Class<?>> IMMUTABLE = Set.of(
            String.class,
            Integer.class,
            Long.class,
            Boolean.class,
            Double.class,
            Float.class,
            Short.class,
            Byte.class,
            Character.class,
            BigDecimal.class,
            BigInteger.class,
            UUID.class,
            URI.class,
            Locale.class,
            Class.class);

    private static final class Entry {

        final String name;
        final Object value;
        long fingerprint;
        boolean replaced;

        Entry(String name, Object value, long fingerprint) {
            this.name = name;
            this.value = value;
            this.fingerprint = fingerprint;
        }
    }

    private static final Entry[] NONE = {};

    /** Replaced as a whole, and never changed: there are few, and each byte counts once per session in memory. */
    private Entry[] entries = NONE;

    /** Whether no application can change it in place, as far as it is saved. */
    static boolean isImmutable(Object value) {
        return IMMUTABLE.contains(value.getClass())
                || value instanceof Enum
                || value.getClass().getPackageName().equals("java.time");
    }

    /** Remembers how an attribute looks, before the application gets it. */
    void watch(String name, Object value) {
        if (isImmutable(value) || !(value instanceof Serializable) || holds(value)) {
            return;
        }
        long fingerprint = fingerprint(value);
        synchronized (this) {
            if (!holds(value)) { // another thread may have been faster, and its application may write by now
                add(new Entry(name, value, fingerprint));
            }
        }
    }

    private void add(Entry entry) {
        entries = Arrays.copyOf(entries, entries.length + 1);
        entries[entries.length - 1] = entry;
    }

    private void removeIf(Predicate<Entry> forgotten) {
        for (Entry entry : entries) {
            if (forgotten.test(entry)) {
                Entry[] left = Arrays.stream(entries).filter(forgotten.negate()).toArray(Entry[]::new);
                entries = left.length == 0 ? NONE : left;
                return;
            }
        }
    }

    private synchronized boolean holds(Object value) {
        for (Entry entry : entries) {
            if (entry.value == value && !entry.replaced) {
                return true;
            }
        }
        return false;
    }

    /** The application itself has put this there, and may change it from now on. The old object is its own affair. */
    synchronized void put(String name, Object value) {
        forget(name);
        if (!isImmutable(value) && value instanceof Serializable) {
            add(new Entry(name, value, UNKNOWN));
        }
    }

    /** The application itself has removed it. */
    synchronized void forget(String name) {
        removeIf(entry -> entry.name.equals(name));
    }

    /** Whether this object was handed out under this name, and the application has put nothing else there since. */
    synchronized boolean isKnown(String name, Object value) {
        for (Entry entry : entries) {
            if (entry.value == value && entry.name.equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** The store had a newer one. */
    synchronized void replaced(String name) {
        for (Entry entry : entries) {
            entry.replaced |= entry.name.equals(name);
        }
    }

    /** No request uses the session: nobody holds what was replaced. */
    synchronized void forgetReplaced() {
        removeIf(entry -> entry.replaced);
    }

    /**
     * What was changed in place since the last call, or since it was handed out. Each is answered once, and taken as it
     * is now from here on.
     *
     * @param notSaved names of attributes that no row has: nobody needs to know what becomes of them
     */
    List<Changed> takeChanged(Predicate<String> notSaved) {
        Entry[] now;
        synchronized (this) {
            now = entries;
        }
        if (now.length == 0) {
            return List.of();
        }
        List<Changed> changed = new ArrayList<>();
        for (Entry entry : now) {
            if (notSaved.test(entry.name)) {
                continue;
            }
            long fingerprint = fingerprint(entry.value);
            synchronized (this) {
                if (fingerprint == UNKNOWN || fingerprint != entry.fingerprint) {
                    entry.fingerprint = fingerprint;
                    changed.add(new Changed(entry.name, entry.value, entry.replaced));
                }
            }
        }
        return changed;
    }

    /** What the store had replaced is in its place again. */
    synchronized void restored(String name, Object value) {
        for (Entry entry : entries) {
            if (entry.name.equals(name)) {
                entry.replaced = entry.value != value;
            }
        }
    }

    /** Whether an object looks like the one that was handed out under this name. */
    boolean looksTheSame(String name, @Nullable Object other) {
        Entry known = null;
        synchronized (this) {
            for (Entry entry : entries) {
                if (entry.name.equals(name) && !entry.replaced) {
                    known = entry;
                }
            }
        }
        return known != null
                && other != null
                && known.fingerprint != UNKNOWN
                && known.value.getClass() == other.getClass()
                && known.fingerprint == fingerprint(other);
    }

    private static long fingerprint(Object value) {
        Fingerprint fingerprint = new Fingerprint();
        try (ObjectOutputStream out = new WithoutDescriptors(fingerprint)) {
            out.writeObject(value);
        } catch (Throwable t) { // the application's writeObject; the save itself reports it
            ExceptionUtils.handleThrowable(t);
            return UNKNOWN;
        }
        return fingerprint.value();
    }

    /** Nobody reads it: the name of a class stands for its fields, which are a third of what there is to write. */
    private static final class WithoutDescriptors extends ObjectOutputStream {

        WithoutDescriptors(OutputStream out) throws IOException {
            super(out);
        }

        @Override
        protected void writeClassDescriptor(ObjectStreamClass descriptor) throws IOException {
            writeInt(descriptor.getName().hashCode());
        }
    }

    /** 64 bits of two checksums that the processor computes; a length would be covered by them. */
    private static final class Fingerprint extends OutputStream {

        private final CRC32 one = new CRC32();
        private final CRC32C two = new CRC32C();

        @Override
        public void write(int b) {
            one.update(b);
            two.update(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            one.update(bytes, offset, length);
            two.update(bytes, offset, length);
        }

        long value() {
            long both = one.getValue() << 32 | two.getValue();
            return both == UNKNOWN ? 1 : both;
        }
    }
}
