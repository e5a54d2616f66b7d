package io.sessionadmin.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.Proxy;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a session with the classes of its context, as far as {@code sessionAttributeValueClassNameFilter} lets them
 * through. Tomcat's own {@code CustomObjectInputStream} does not ask the filter about dynamic proxies; this one does.
 */
final class FilteringInputStream extends ObjectInputStream {

    private final ClassLoader classes;
    private final @Nullable Pattern allowed;

    FilteringInputStream(byte[] data, ClassLoader classes, @Nullable Pattern allowed) throws IOException {
        super(new ByteArrayInputStream(data));
        this.classes = classes;
        this.allowed = allowed;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
        check(description.getName());
        try {
            return Class.forName(description.getName(), false, classes);
        } catch (ClassNotFoundException e) {
            if (description.getName().indexOf('.') < 0) {
                return super.resolveClass(description); // knows int, boolean and the like
            }
            throw e;
        }
    }

    @Override
    protected Class<?> resolveProxyClass(String[] interfaces) throws IOException, ClassNotFoundException {
        Class<?>[] resolved = new Class<?>[interfaces.length];
        for (int i = 0; i < interfaces.length; i++) {
            check(interfaces[i]);
            resolved[i] = Class.forName(interfaces[i], false, classes);
        }
        try {
            return Proxy.newProxyInstance(classes, resolved, (proxy, method, arguments) -> null)
                    .getClass();
        } catch (IllegalArgumentException e) {
            throw new ClassNotFoundException("a proxy of " + String.join(", ", interfaces), e);
        }
    }

    private void check(String name) throws InvalidClassException {
        if (allowed != null && !allowed.matcher(name).matches()) {
            throw new InvalidClassException(name, "held back by sessionAttributeValueClassNameFilter");
        }
    }
}
