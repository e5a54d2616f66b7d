package io.sessionadmin.stream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.realm.GenericPrincipal;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.session.StandardSession;

/** Makes streams as Tomcat does. */
@SuppressWarnings({"JavaUtilDate", "JdkObsolete"})
final class Streams {
    static final String ID = "0123456789ABCDEF0123456789ABCDEF";

    private Streams() {}

    static StandardSession session(boolean persistAuthentication) {
        StandardManager manager = new StandardManager();
        manager.setContext(new StandardContext());
        manager.setPersistAuthentication(persistAuthentication);
        StandardSession session = new StandardSession(manager);
        session.setCreationTime(1_700_000_000_000L);
        session.setMaxInactiveInterval(1_800);
        session.setNew(true);
        session.setValid(true);
        session.setId(ID, false);
        return session;
    }

    static byte[] write(StandardSession session) {
        return write(session::writeObjectData);
    }

    static byte[] withAttributes(Map<String, ?> attributes) {
        StandardSession session = session(false);
        attributes.forEach(session::setAttribute);
        return write(session);
    }

    static byte[] withAttribute(Object value) {
        return withAttributes(Map.of("it", value));
    }

    /** Of every kind that the reader tells apart. */
    static Map<String, Object> everything() {
        Map<String, Object> all = new LinkedHashMap<>();
        Shop.Customer shared = new Shop.Customer("Ada", 36);
        shared.friend = shared;
        all.put("text", "hello \u0436 \u20ac \ud83d\ude00 \0");
        all.put("long text", "x".repeat(70_000));
        all.put("boolean", true);
        all.put("byte", (byte) 1);
        all.put("char", 'c');
        all.put("short", (short) 2);
        all.put("integer", 3);
        all.put("long", 4L);
        all.put("float", 5f);
        all.put("double", 6d);
        all.put("date", new Date(1_000));
        all.put("timestamp", Timestamp.from(Instant.ofEpochSecond(5, 123_456_789)));
        all.put("uuid", new UUID(1, 2));
        all.put("big integer", new BigInteger("-123456789012345678901234567890"));
        all.put("big decimal", new BigDecimal("12.50"));
        all.put("duration", Duration.ofMillis(1_500));
        all.put("instant", Instant.ofEpochMilli(1_500));
        all.put("local date", LocalDate.of(2026, 1, 2));
        all.put("local time", LocalTime.of(3, 4, 5, 6));
        all.put("local date and time", LocalDateTime.of(2026, 1, 2, 3, 0));
        all.put("zone", ZoneId.of("Europe/Berlin"));
        all.put("enum", Shop.Color.GREEN);
        all.put("bytes", new byte[5_000]);
        all.put("strings", new String[][] {{"a"}, {}});
        all.put("customer", shared);
        all.put("again", shared);
        all.put("ledger", new Shop.Ledger());
        all.put("parcel", new Shop.Parcel());
        all.put("point", new Shop.Point(9, "nine"));
        all.put("class", Shop.Customer.class);
        all.put("primitive class", int.class);
        all.put("proxy", proxy());
        all.put("lambda", (Shop.Task) () -> "done");
        all.put("descriptor", java.io.ObjectStreamClass.lookup(Shop.Person.class));
        containers().forEach((name, value) -> all.put(name, value));
        return all;
    }

    static Map<String, Serializable> containers() {
        List<String> three = List.of("a", "b", "c");
        Map<String, Integer> map = new TreeMap<>(Map.of("one", 1, "two", 2, "three", 3));
        Map<String, Serializable> all = new LinkedHashMap<>();
        all.put("ArrayList", new ArrayList<>(three));
        all.put("LinkedList", new LinkedList<>(three));
        all.put("HashSet", new HashSet<>(three));
        all.put("LinkedHashSet", new LinkedHashSet<>(three));
        all.put("TreeSet", new TreeSet<>(three));
        all.put("ArrayDeque", new ArrayDeque<>(three));
        all.put("HashMap", new HashMap<>(map));
        all.put("LinkedHashMap", new LinkedHashMap<>(map));
        all.put("TreeMap", new TreeMap<>(map));
        all.put("ConcurrentHashMap", new ConcurrentHashMap<>(map));
        all.put("Hashtable", new Hashtable<>(map));
        all.put("List.of", (Serializable) three);
        all.put("Set.of", (Serializable) Set.copyOf(three));
        all.put("Map.of", (Serializable) Map.copyOf(map));
        return all;
    }

    static Object proxy() {
        return Proxy.newProxyInstance(
                Streams.class.getClassLoader(),
                new Class<?>[] {Comparable.class, CharSequence.class, Serializable.class},
                new Shop.Echo());
    }

    static GenericPrincipal jane() {
        return new GenericPrincipal("jane", List.of("admin", "clerk"));
    }

    /** What a test writes in Tomcat's place, starting with a plain head. */
    static byte[] handMade(Writing attributes) {
        return write(out -> {
            out.writeObject(1L);
            out.writeObject(2L);
            out.writeObject(1_800);
            out.writeObject(false);
            out.writeObject(true);
            out.writeObject(3L);
            out.writeObject(ID);
            attributes.to(out);
        });
    }

    private static byte[] write(Writing content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            content.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    interface Writing {
        void to(ObjectOutputStream out) throws IOException;
    }
}
