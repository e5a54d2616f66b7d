package io.sessionadmin.stream;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the stream itself describes a class, which is all that is needed to read its objects. */
final class ClassDescriptor {
    private static final int SC_WRITE_METHOD = 0x01;
    private static final int SC_SERIALIZABLE = 0x02;
    private static final int SC_EXTERNALIZABLE = 0x04;
    private static final int SC_BLOCK_DATA = 0x08;
    private static final int SC_ENUM = 0x10;

    /** A hierarchy longer than this is not a program's but an attack. */
    private static final int MAX_SUPERCLASSES = 100;

    /** In place of a name; no class can have it. */
    private static final String PROXY = "[proxy";

    /** A field; {@code type} is a letter as in {@code Class.getName()} of arrays. */
    record Field(char type, String name, String typeName) {
        boolean isPrimitive() {
            return type != 'L' && type != '[';
        }
    }

    private final String name;
    private final int flags;
    private final List<Field> fields;
    private final String readableName;
    private final List<String> interfaces;

    private @Nullable String componentName;
    private @Nullable ClassDescriptor superclass;
    private int depth;

    private ClassDescriptor(String name, int flags, List<Field> fields, String readableName, List<String> interfaces) {
        this.name = name;
        this.flags = flags;
        this.fields = fields;
        this.readableName = readableName;
        this.interfaces = interfaces;
    }

    static ClassDescriptor ofClass(String name, int flags, List<Field> fields) {
        return new ClassDescriptor(name, flags, fields, sourceForm(name), List.of());
    }

    static ClassDescriptor ofProxy(List<String> interfaces) {
        String readable = "proxy of " + String.join(", ", interfaces);
        return new ClassDescriptor(PROXY, SC_SERIALIZABLE, List.of(), readable, interfaces);
    }

    /** Ends the description; null when there is no serialisable superclass. False when the hierarchy is absurd. */
    boolean complete(@Nullable ClassDescriptor superclass) {
        this.superclass = superclass;
        depth = superclass == null ? 1 : superclass.depth + 1;
        return depth <= MAX_SUPERCLASSES;
    }

    /** False while its own annotations and superclasses are being read; until then nothing may refer to it. */
    boolean isComplete() {
        return depth > 0;
    }

    /** This class and its superclasses, topmost first, which is the order of their data. */
    List<ClassDescriptor> hierarchy() {
        ClassDescriptor[] classes = new ClassDescriptor[depth];
        int at = depth;
        for (ClassDescriptor next = this; next != null; next = next.superclass) {
            classes[--at] = next;
        }
        return List.of(classes);
    }

    String name() {
        return name;
    }

    String readableName() {
        return readableName;
    }

    /** Of an array's class; made once, since hostile names are long and their arrays many. */
    String componentName() {
        String component = componentName;
        if (component == null) {
            component = readableName.endsWith("[]") ? readableName.substring(0, readableName.length() - 2) : "?";
            componentName = component;
        }
        return component;
    }

    List<Field> fields() {
        return fields;
    }

    List<String> interfaces() {
        return interfaces;
    }

    boolean isProxy() {
        return PROXY.equals(name);
    }

    boolean isArray() {
        return name.length() > 1 && name.charAt(0) == '[' && !isProxy();
    }

    boolean isEnum() {
        return (flags & SC_ENUM) != 0;
    }

    boolean isExternalizable() {
        return (flags & SC_EXTERNALIZABLE) != 0;
    }

    /** Serialisable and externalizable at once is what no writer makes. */
    boolean hasConflictingFlags() {
        return isExternalizable() && (flags & SC_SERIALIZABLE) != 0;
    }

    /** Protocol version 1 wrote external contents without a mark at their end: only the class could find it. */
    boolean hasUnmarkedContents() {
        return isExternalizable() && (flags & SC_BLOCK_DATA) == 0;
    }

    boolean hasWriteMethod() {
        return (flags & (SC_WRITE_METHOD | SC_SERIALIZABLE)) == (SC_WRITE_METHOD | SC_SERIALIZABLE);
    }

    /** The class to load for a name of the stream, null for a primitive or an array of them. */
    static @Nullable String elementClass(String name) {
        int dimensions = dimensions(name);
        if (dimensions == 0) {
            return primitive(name) ? null : name;
        }
        boolean object = name.charAt(dimensions) == 'L' && name.endsWith(";");
        return object ? name.substring(dimensions + 1, name.length() - 1) : null;
    }

    /** {@code [Ljava.lang.String;} is {@code java.lang.String[]}; what is no array's name stays as it is. */
    static String sourceForm(String name) {
        int dimensions = dimensions(name);
        if (dimensions == 0) {
            return name;
        }
        String element = elementClass(name);
        return (element != null ? element : primitiveName(name.charAt(dimensions))) + "[]".repeat(dimensions);
    }

    /** Source form of a field's signature, such as {@code Ljava/lang/String;}. */
    static String sourceFormOfSignature(String signature) {
        String dotted = signature.replace('/', '.');
        boolean object = dotted.length() > 2 && dotted.charAt(0) == 'L' && dotted.endsWith(";");
        return object ? dotted.substring(1, dotted.length() - 1) : sourceForm(dotted);
    }

    static String primitiveName(char type) {
        return switch (type) {
            case 'B' -> "byte";
            case 'C' -> "char";
            case 'D' -> "double";
            case 'F' -> "float";
            case 'I' -> "int";
            case 'J' -> "long";
            case 'S' -> "short";
            case 'Z' -> "boolean";
            default -> "?";
        };
    }

    /** Bytes of a primitive, 0 for any other letter. */
    static int sizeOf(char type) {
        return switch (type) {
            case 'B', 'Z' -> 1;
            case 'C', 'S' -> 2;
            case 'F', 'I' -> 4;
            case 'D', 'J' -> 8;
            default -> 0;
        };
    }

    private static boolean primitive(String name) {
        return switch (name) {
            case "byte", "char", "double", "float", "int", "long", "short", "boolean", "void" -> true;
            default -> false;
        };
    }

    /** Number of leading brackets; 0 also when nothing follows them. */
    private static int dimensions(String name) {
        int dimensions = 0;
        while (dimensions < name.length() && name.charAt(dimensions) == '[') {
            dimensions++;
        }
        return dimensions == name.length() ? 0 : dimensions;
    }
}
