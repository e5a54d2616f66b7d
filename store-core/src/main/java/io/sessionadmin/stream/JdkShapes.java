package io.sessionadmin.stream;

import io.sessionadmin.stream.StreamValue.Bean;
import io.sessionadmin.stream.StreamValue.Elements;
import io.sessionadmin.stream.StreamValue.Elided;
import io.sessionadmin.stream.StreamValue.Entries;
import io.sessionadmin.stream.StreamValue.Entry;
import io.sessionadmin.stream.StreamValue.Null;
import io.sessionadmin.stream.StreamValue.RawBytes;
import io.sessionadmin.stream.StreamValue.Scalar;
import io.sessionadmin.stream.StreamValue.Text;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Knows the serialized forms of classes of the JDK, and shows an object of such a class as what it means. What does not
 * have exactly the form, whatever its class is called, stays a bean.
 */
final class JdkShapes {
    private static final Map<String, String> BOXES = Map.of(
            "java.lang.Boolean", "boolean",
            "java.lang.Byte", "byte",
            "java.lang.Character", "char",
            "java.lang.Double", "double",
            "java.lang.Float", "float",
            "java.lang.Integer", "int",
            "java.lang.Long", "long",
            "java.lang.Short", "short");

    /** They write their size as the last number in front of their elements. */
    private static final Set<String> COLLECTIONS = Set.of(
            "java.util.ArrayDeque",
            "java.util.ArrayList",
            "java.util.HashSet",
            "java.util.LinkedHashSet",
            "java.util.LinkedList",
            "java.util.TreeSet");

    private static final Set<String> MAPS =
            Set.of("java.util.HashMap", "java.util.Hashtable", "java.util.LinkedHashMap", "java.util.TreeMap");

    private static final String CONCURRENT_MAP = "java.util.concurrent.ConcurrentHashMap";

    /** A longer magnitude takes quadratic time to print, and nobody reads it. */
    private static final int MAX_MAGNITUDE = 64;

    private JdkShapes() {}

    static boolean isBoxed(ClassDescriptor type, List<ClassDescriptor> hierarchy) {
        String primitive = BOXES.get(type.name());
        if (primitive == null || type.fields().size() != 1) {
            return false;
        }
        for (ClassDescriptor each : hierarchy) {
            if (each.hasWriteMethod()
                    || each.isExternalizable()
                    || (each != type && !each.fields().isEmpty())) {
                return false;
            }
        }
        return type.fields().get(0).typeName().equals(primitive);
    }

    static StreamValue show(Bean bean) {
        StreamValue shown =
                switch (bean.className()) {
                    case "java.util.Date", "java.sql.Date", "java.sql.Time", "java.sql.Timestamp" -> date(bean);
                    case "java.util.UUID" -> uuid(bean);
                    case "java.math.BigInteger" -> bigInteger(bean);
                    case "java.math.BigDecimal" -> bigDecimal(bean);
                    case "java.time.Ser" -> time(bean);
                    case "java.util.CollSer" -> immutable(bean);
                    case CONCURRENT_MAP -> concurrentMap(bean);
                    default -> boxOrContainer(bean);
                };
        return shown != null ? shown : bean;
    }

    /** What an exception says, null when it says nothing. */
    static @Nullable String message(@Nullable StreamValue exception) {
        return exception instanceof Bean bean && field(bean, "detailMessage") instanceof Text text
                ? text.shown()
                : null;
    }

    private static @Nullable StreamValue boxOrContainer(Bean bean) {
        String className = bean.className();
        String primitive = BOXES.get(className);
        if (primitive != null) {
            Scalar value = scalar(bean, "value");
            boolean plain = bean.fields().size() == 1
                    && value != null
                    && value.className().equals(primitive);
            return plain && value != null ? new Scalar(className, value.value()) : null;
        }
        return COLLECTIONS.contains(className) || MAPS.contains(className) ? container(bean) : null;
    }

    private static @Nullable Scalar date(Bean bean) {
        if (bean.extra().size() != 1 || !(bean.extra().get(0) instanceof RawBytes raw) || raw.length() != 8) {
            return null;
        }
        Instant time = Instant.ofEpochMilli(Long.parseUnsignedLong(raw.hex(), 16));
        Integer nanos = intField(bean, "nanos");
        // A Timestamp leaves the fraction of the second to its own field.
        return new Scalar(bean.className(), nanos == null ? time : Instant.ofEpochSecond(time.getEpochSecond(), nanos));
    }

    /** The classes of java.time write themselves as a letter for the class and a few numbers. */
    private static @Nullable Scalar time(Bean bean) {
        if (bean.extra().size() != 1 || !(bean.extra().get(0) instanceof RawBytes raw)) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(HexFormat.of().parseHex(raw.hex()));
        try {
            Object value =
                    switch (in.get()) {
                        case 1 -> Duration.ofSeconds(in.getLong(), in.getInt());
                        case 2 -> Instant.ofEpochSecond(in.getLong(), in.getInt());
                        case 3 -> LocalDate.of(in.getInt(), in.get(), in.get());
                        case 4 -> localTime(in);
                        case 5 -> LocalDateTime.of(LocalDate.of(in.getInt(), in.get(), in.get()), localTime(in));
                        default -> null;
                    };
            return value == null || in.hasRemaining()
                    ? null
                    : new Scalar(value.getClass().getName(), value);
        } catch (DateTimeException | ArithmeticException | BufferUnderflowException e) {
            // Not what the class writes: shown as it stands.
            return null;
        }
    }

    /** The last part that is not zero is written as its complement, and those behind it are not. */
    private static LocalTime localTime(ByteBuffer in) {
        int[] parts = new int[3];
        for (int i = 0; i < parts.length; i++) {
            int part = in.get();
            if (part < 0) {
                parts[i] = ~part;
                return LocalTime.of(parts[0], parts[1], parts[2]);
            }
            parts[i] = part;
        }
        return LocalTime.of(parts[0], parts[1], parts[2], in.getInt());
    }

    private static @Nullable Scalar uuid(Bean bean) {
        Scalar most = scalar(bean, "mostSigBits");
        Scalar least = scalar(bean, "leastSigBits");
        if (most == null || least == null || !(most.value() instanceof Long m) || !(least.value() instanceof Long l)) {
            return null;
        }
        return new Scalar(bean.className(), new UUID(m, l));
    }

    private static @Nullable Scalar bigInteger(Bean bean) {
        Integer signum = intField(bean, "signum");
        if (signum == null
                || signum < -1
                || signum > 1
                || !(field(bean, "magnitude") instanceof StreamValue.Array array)
                || !array.componentType().equals("byte")
                || array.length() > MAX_MAGNITUDE
                || array.elements().size() < array.length()) {
            return null;
        }
        byte[] magnitude = new byte[array.length()];
        boolean zero = true;
        for (int i = 0; i < magnitude.length; i++) {
            magnitude[i] = array.elements().get(i) instanceof Scalar digit && digit.value() instanceof Byte b ? b : 0;
            zero &= magnitude[i] == 0;
        }
        return zero == (signum == 0) ? new Scalar(bean.className(), new BigInteger(signum, magnitude)) : null;
    }

    private static @Nullable Scalar bigDecimal(Bean bean) {
        Integer scale = intField(bean, "scale");
        Scalar unscaled = scalar(bean, "intVal");
        return scale != null && unscaled != null && unscaled.value() instanceof BigInteger integer
                ? new Scalar(bean.className(), new BigDecimal(integer, scale))
                : null;
    }

    /** What {@code List.of}, {@code Set.of} and {@code Map.of} write, which differ in a tag. */
    private static @Nullable StreamValue immutable(Bean bean) {
        Integer tag = intField(bean, "tag");
        if (tag == null || !(container(bean) instanceof Elements elements)) {
            return null;
        }
        boolean map = (tag & 0xff) == 3 && elements.size() % 2 == 0;
        return map ? entries(bean, elements.size() / 2, elements.elements()) : elements;
    }

    private static @Nullable StreamValue container(Bean bean) {
        List<StreamValue> values = new ArrayList<>(bean.extra());
        // A TreeSet writes its comparator first.
        if (bean.className().equals("java.util.TreeSet") && !values.isEmpty()) {
            values.remove(0);
        }
        if (values.isEmpty() || !(values.remove(0) instanceof RawBytes raw)) {
            return null;
        }
        if (raw.length() < 4 || raw.hex().length() != 2 * raw.length()) {
            return null;
        }
        int size = Integer.parseUnsignedInt(raw.hex().substring(raw.hex().length() - 8), 16);
        if (MAPS.contains(bean.className())) {
            return (long) size * 2 == count(values) ? entries(bean, size, values) : null;
        }
        return size == count(values)
                ? new Elements(bean.handle(), bean.className(), bean.bytes(), size, withoutElided(values))
                : null;
    }

    /** It writes no size, but null for key and value at the end. */
    private static @Nullable Entries concurrentMap(Bean bean) {
        int count = count(bean.extra());
        List<StreamValue> values = withoutElided(bean.extra());
        if (count < 2 || count % 2 != 0) {
            return null;
        }
        if (values.size() == count) {
            boolean ended = values.get(count - 1) instanceof Null && values.get(count - 2) instanceof Null;
            return ended ? entries(bean, count / 2 - 1, values.subList(0, count - 2)) : null;
        }
        return entries(bean, count / 2 - 1, values);
    }

    private static Entries entries(Bean bean, int size, List<StreamValue> values) {
        List<Entry> entries = new ArrayList<>();
        List<StreamValue> shown = withoutElided(values);
        for (int i = 0; i + 1 < shown.size() && entries.size() < size; i += 2) {
            entries.add(new Entry(shown.get(i), shown.get(i + 1)));
        }
        return new Entries(bean.handle(), bean.className(), bean.bytes(), size, List.copyOf(entries));
    }

    /** Number of objects, kept or not; -1 when there are more bytes among them. */
    private static int count(List<StreamValue> values) {
        int count = 0;
        for (StreamValue value : values) {
            if (value instanceof RawBytes) {
                return -1;
            }
            count += isRest(value) ? ((Elided) value).values() : 1;
        }
        return count;
    }

    private static List<StreamValue> withoutElided(List<StreamValue> values) {
        int last = values.size() - 1;
        return List.copyOf(last >= 0 && isRest(values.get(last)) ? values.subList(0, last) : values);
    }

    private static boolean isRest(StreamValue value) {
        return value instanceof Elided elided && elided.className() == null;
    }

    private static @Nullable StreamValue field(Bean bean, String name) {
        for (StreamValue.Field field : bean.fields()) {
            if (field.name().equals(name)) {
                return field.value();
            }
        }
        return null;
    }

    private static @Nullable Scalar scalar(Bean bean, String name) {
        return field(bean, name) instanceof Scalar scalar ? scalar : null;
    }

    private static @Nullable Integer intField(Bean bean, String name) {
        Scalar scalar = scalar(bean, name);
        return scalar != null && scalar.value() instanceof Integer integer ? integer : null;
    }
}
