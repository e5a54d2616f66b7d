package io.sessionadmin.store;

import io.sessionadmin.table.StoredSession;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.catalina.Context;
import org.apache.catalina.Manager;
import org.apache.catalina.session.Constants;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.session.StandardSession;
import org.apache.tomcat.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/**
 * Turns live sessions into Tomcat's session stream and back.
 *
 * <p>Tomcat's own writer, {@code StandardSession.doWriteObject}, unbinds what can't be saved from the live session.
 * This one writes the same bytes and leaves the session as it is:
 *
 * <pre>
 * Long creationTime, Long lastAccessedTime, Integer maxInactiveInterval, Boolean isNew, Boolean isValid,
 * Long thisAccessedTime, String id,
 * String authType, Principal, String expectedSessionId, SavedRequest     (each null without persistAuthentication)
 * Integer n, n x (String name, Object value)
 * </pre>
 *
 * <p>Changes are such a stream too, of the attributes that have changed since all of the session was written. Behind it
 * stand the names that the older stream is not right about any more, those of removed attributes among them:
 *
 * <pre>
 * Integer m, m x String name
 * </pre>
 *
 * <p>Safe for use by several threads.
 */
final class SessionCodec {

    private static final Pattern CLASS_NAME = Pattern.compile("[\\p{javaJavaIdentifierPart}.\\[;/-]{1,500}");

    private final Manager manager;
    private final @Nullable Pattern allowedClasses;

    SessionCodec(Manager manager) {
        this.manager = manager;
        this.allowedClasses = allowedClasses(manager);
    }

    private static @Nullable Pattern allowedClasses(Manager manager) {
        String filter = manager instanceof ManagerBase base ? base.getSessionAttributeValueClassNameFilter() : null;
        return filter == null || filter.isEmpty() ? null : Pattern.compile(filter);
    }

    /**
     * A session as bytes.
     *
     * @param access the last access that the bytes include, milliseconds since 1970-01-01 UTC
     * @param endListener whether an attribute of the session, in the bytes or not, is to be told of its end
     * @param leftOut what is in memory and not in the bytes, each with the reason
     */
    @SuppressWarnings("ArrayRecordComponent") // handed through, never compared
    record Encoded(byte[] data, long access, boolean endListener, List<String> leftOut) {}

    /**
     * Writes all of a session. An attribute that is not serialisable is left out and named. Anything else that the
     * application's code throws may be gone the next time (a collection that changed meanwhile, say): it fails the
     * whole save, so that the last good row is not replaced by a poorer one.
     */
    Encoded encode(StandardSession session, String id) throws SessionNotSavedException {
        return encode(session, id, null).orElseThrow();
    }

    /**
     * Writes what has changed in a session since all of it was written.
     *
     * @param since the names of the attributes that were set or removed since
     * @return empty when one of them shares an object with another attribute: written apart they would share it no longer
     */
    Optional<Encoded> encodeChanges(StandardSession session, String id, Set<String> since)
            throws SessionNotSavedException {
        return encode(session, id, new Since(since, Collections.newSetFromMap(new IdentityHashMap<>())));
    }

    /** Whether attributes can be written apart from each other: none shares with another one what can be changed. */
    boolean isIndependent(StandardSession session) {
        return SharedGraph.isIndependent(pick(session, null).savable);
    }

    /**
     * @param names that the whole stream is not right about any more
     * @param others objects of attributes that are not written
     */
    private record Since(Set<String> names, Set<Object> others) {}

    /** What there is to write of a session, from one look at its attributes. */
    private static final class Picked {

        private final Map<String, Object> savable = new LinkedHashMap<>();
        private final Map<String, String> leftOut = new LinkedHashMap<>();
        private boolean endListener;
    }

    private static final class SharesWithOthersException extends IOException {

        private static final long serialVersionUID = 1L;
    }

    /** Empty when changes can't be written apart. */
    private Optional<Encoded> encode(StandardSession session, String id, @Nullable Since since)
            throws SessionNotSavedException {
        Picked picked = pick(session, since);
        Map<String, Object> attributes = picked.savable;
        Map<String, String> leftOut = picked.leftOut;
        boolean withPrincipal = true;
        while (true) {
            long access = session.getThisAccessedTimeInternal();
            Writing writing = new Writing(session, id, attributes, withPrincipal, since);
            try {
                byte[] data = writing.run();
                return writing.sharesWithOthers
                        ? Optional.empty()
                        : Optional.of(new Encoded(data, access, picked.endListener, words(leftOut)));
            } catch (NotSerializableException e) {
                String reason = "not serialisable: " + className(e);
                if (writing.attribute != null) {
                    attributes.remove(writing.attribute);
                    leftOut.put(writing.attribute, reason);
                } else if (withPrincipal) {
                    withPrincipal = false;
                    leftOut.put("the login", reason);
                } else {
                    throw new SessionNotSavedException(reason, e);
                }
            } catch (Throwable t) { // whatever the application's own writeObject throws
                ExceptionUtils.handleThrowable(t);
                if (writing.sharesWithOthers) {
                    return Optional.empty();
                }
                throw new SessionNotSavedException(
                        writing.at() + " can't be serialised: " + t.getClass().getName(), t);
            }
        }
    }

    /** The JVM names the class there; an application's own writeObject may say anything, a value, say. */
    private static String className(NotSerializableException e) {
        String message = e.getMessage();
        return message != null && CLASS_NAME.matcher(message).matches() ? message : "as its writeObject says";
    }

    private Picked pick(StandardSession session, @Nullable Since since) {
        Picked picked = new Picked();
        for (String name : LiveAttributes.names(session)) {
            Object value = LiveAttributes.get(session, name);
            if (value == null) {
                continue;
            }
            picked.endListener |= EndListeners.is(value);
            if (since == null || since.names().contains(name)) {
                pick(picked, session, name, value);
            } else if (SharedGraph.canBeChanged(value)) {
                since.others().add(value);
            }
        }
        return picked;
    }

    private void pick(Picked picked, StandardSession session, String name, Object value) {
        if (Constants.excludedAttributeNames.contains(name)) {
            return;
        }
        if (!session.isAttributeDistributable(name, value)) {
            picked.leftOut.put(name, "not serialisable: " + value.getClass().getName());
        } else if (!manager.willAttributeDistribute(name, value)) {
            picked.leftOut.put(name, "held back by the attribute filter of <Manager>");
        } else {
            picked.savable.put(name, value);
        }
    }

    private static List<String> words(Map<String, String> leftOut) {
        List<String> words = new ArrayList<>();
        leftOut.forEach((name, reason) -> words.add(name + ": " + reason));
        return words;
    }

    /** One try to write a session, which knows how far it came. */
    private final class Writing {

        private final StandardSession session;
        private final String id;
        private final Map<String, Object> attributes;
        private final boolean withPrincipal;
        private final @Nullable Since since;
        private @Nullable String attribute;
        private boolean sharesWithOthers;

        Writing(
                StandardSession session,
                String id,
                Map<String, Object> attributes,
                boolean withPrincipal,
                @Nullable Since since) {
            this.session = session;
            this.id = id;
            this.attributes = attributes;
            this.withPrincipal = withPrincipal;
            this.since = since;
        }

        byte[] run() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
            try (ObjectOutputStream out = since == null ? new ObjectOutputStream(bytes) : new Apart(bytes, since)) {
                out.writeObject(session.getCreationTimeInternal());
                out.writeObject(session.getLastAccessedTimeInternal());
                out.writeObject(session.getMaxInactiveInterval());
                out.writeObject(session.isNew());
                out.writeObject(true); // isNew() has just thrown for an invalid session
                out.writeObject(session.getThisAccessedTimeInternal());
                out.writeObject(id);
                writeLogin(out);
                out.writeObject(attributes.size());
                for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
                    this.attribute = attribute.getKey();
                    out.writeObject(attribute.getKey());
                    out.writeObject(attribute.getValue());
                }
                if (since != null) {
                    out.writeObject(since.names().size());
                    for (String name : since.names()) {
                        out.writeObject(name);
                    }
                }
            }
            return bytes.toByteArray();
        }

        /** Sees each object that is met for the first time. */
        private final class Apart extends ObjectOutputStream {

            private final Since since;

            Apart(OutputStream out, Since since) throws IOException {
                super(out);
                this.since = since;
                enableReplaceObject(true);
            }

            @Override
            protected Object replaceObject(Object met) throws IOException {
                if (since.others().contains(met)) {
                    sharesWithOthers = true;
                    throw new SharesWithOthersException();
                }
                return met;
            }
        }

        private String at() {
            return attribute == null ? "the login" : attribute;
        }

        private void writeLogin(ObjectOutputStream out) throws IOException {
            boolean persist = manager instanceof ManagerBase base && base.getPersistAuthentication();
            Principal principal = persist && withPrincipal ? session.getPrincipal() : null;
            out.writeObject(persist ? session.getAuthType() : null);
            if (principal != null && !(principal instanceof Serializable)) {
                throw new NotSerializableException(principal.getClass().getName());
            }
            out.writeObject(principal);
            out.writeObject(persist ? note(org.apache.catalina.authenticator.Constants.SESSION_ID_NOTE) : null);
            out.writeObject(persist ? note(org.apache.catalina.authenticator.Constants.FORM_REQUEST_NOTE) : null);
        }

        private @Nullable Object note(String name) {
            return session.getNote(name);
        }
    }

    /**
     * Makes a session of stored bytes. It belongs to the manager, but is not yet among its sessions.
     *
     * @throws SessionUnreadableException for bytes of another kind or session, for a class that is missing or held
     *     back by the filter, and for whatever the application's own code throws
     */
    StandardSession decode(StoredSession stored) throws SessionUnreadableException {
        Context context = manager.getContext();
        ClassLoader before = context.bind(false, null);
        try {
            byte[] changes = stored.changes();
            StandardSession session = changes == null || changes.length == 0
                    ? read(stored.data(), null)
                    : readWithChanges(stored, changes);
            session.setManager(manager);
            if (!stored.key().id().equals(session.getIdInternal())) {
                throw new SessionUnreadableException("the stream in this row is another session's");
            }
            return session;
        } catch (SessionUnreadableException e) {
            throw e;
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            String name = String.valueOf(e.getMessage()).replace('/', '.'); // as the JVM names it in an Error
            throw new SessionUnreadableException("class " + name + " is not on the context's class path", e);
        } catch (EOFException e) {
            throw new SessionUnreadableException("the stream ends too early, after " + stored.bytes() + " bytes", e);
        } catch (InvalidClassException e) {
            throw new SessionUnreadableException(String.valueOf(e.getMessage()), e);
        } catch (Throwable t) { // whatever the application's own readObject throws
            ExceptionUtils.handleThrowable(t);
            throw new SessionUnreadableException(
                    "reading it throws " + t.getClass().getName(), t);
        } finally {
            context.unbind(false, before);
        }
    }

    /** @param since where the names go that stand behind the session; null for a stream without them */
    private StandardSession read(byte[] data, @Nullable Set<String> since) throws IOException, ClassNotFoundException {
        ClassLoader classes = manager.getContext().getLoader().getClassLoader();
        try (FilteringInputStream in = new FilteringInputStream(data, classes, allowedClasses)) {
            StandardSession session = (StandardSession) manager.createEmptySession();
            session.readObjectData(in);
            if (since != null) {
                int names = (Integer) in.readObject();
                for (int i = 0; i < names; i++) {
                    since.add((String) in.readObject());
                }
            }
            return session;
        }
    }

    /** The changes are the newer session; from the whole stream come the attributes that they say nothing about. */
    private StandardSession readWithChanges(StoredSession stored, byte[] changes)
            throws IOException, ClassNotFoundException {
        Set<String> since = new HashSet<>();
        StandardSession session = read(changes, since);
        if (!stored.partial()) {
            StandardSession whole = read(stored.data(), null);
            LiveAttributes.of(whole).forEach((name, value) -> {
                if (!since.contains(name)) {
                    LiveAttributes.restore(session, name, value);
                }
            });
        }
        if (session instanceof SharedSession shared) {
            shared.changedSinceWhole(since);
        }
        return session;
    }
}
