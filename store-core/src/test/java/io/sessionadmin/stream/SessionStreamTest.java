package io.sessionadmin.stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sessionadmin.stream.StreamValue.Array;
import io.sessionadmin.stream.StreamValue.BackReference;
import io.sessionadmin.stream.StreamValue.Bean;
import io.sessionadmin.stream.StreamValue.ClassReference;
import io.sessionadmin.stream.StreamValue.Elements;
import io.sessionadmin.stream.StreamValue.Elided;
import io.sessionadmin.stream.StreamValue.Entries;
import io.sessionadmin.stream.StreamValue.Entry;
import io.sessionadmin.stream.StreamValue.EnumConstant;
import io.sessionadmin.stream.StreamValue.Field;
import io.sessionadmin.stream.StreamValue.NotSaved;
import io.sessionadmin.stream.StreamValue.Null;
import io.sessionadmin.stream.StreamValue.Proxy;
import io.sessionadmin.stream.StreamValue.RawBytes;
import io.sessionadmin.stream.StreamValue.Scalar;
import io.sessionadmin.stream.StreamValue.Text;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.catalina.session.StandardSession;
import org.junit.jupiter.api.Test;

class SessionStreamTest {
    private static final String SHOP = Shop.class.getName();

    @Test
    void theHeadIsThatOfTheSession() throws Exception {
        StandardSession session = Streams.session(false);

        SessionHead head = SessionStream.read(Streams.write(session)).head();

        assertThat(head)
                .isEqualTo(new SessionHead(
                        session.getCreationTimeInternal(),
                        session.getLastAccessedTimeInternal(),
                        1_800,
                        true,
                        true,
                        session.getThisAccessedTimeInternal(),
                        Streams.ID,
                        null,
                        null,
                        null));
        assertThat(head.toString()).doesNotContain(Streams.ID);
    }

    @Test
    void flagsAreReadWhetherTheyAreEqualOrNot() throws Exception {
        for (boolean isNew : new boolean[] {true, false}) {
            for (boolean isValid : new boolean[] {true, false}) {
                StandardSession session = Streams.session(false);
                session.setNew(isNew);
                session.setValid(isValid);

                SessionHead head = SessionStream.readHead(Streams.write(session));

                assertThat(List.of(head.isNew(), head.isValid())).containsExactly(isNew, isValid);
            }
        }
    }

    @Test
    void thePersistedPrincipalHasANameAndAClass() throws Exception {
        SessionStream stream = SessionStream.read(loggedIn());

        assertThat(stream.head().authType()).isEqualTo("FORM");
        assertThat(stream.head().principalName()).isEqualTo("jane");
        assertThat(stream.head().principalClass()).isEqualTo("org.apache.catalina.realm.GenericPrincipal");
        assertThat(stream.attributes())
                .singleElement()
                .isEqualTo(storedAttribute("k", "java.lang.String", 4, text("v")));
        assertThat(stream.classNames())
                .contains("org.apache.catalina.realm.GenericPrincipal$SerializablePrincipal", "java.lang.String");
    }

    @Test
    void aPrincipalThatTomcatDoesNotKnowIsNamedByItsFieldCalledName() throws Exception {
        byte[] data = Streams.handMade(out -> {
            out.writeObject("BASIC");
            out.writeObject(new Shop.Customer("Ada", 36));
            out.writeObject(null);
            out.writeObject(null);
            out.writeObject(0);
        });

        SessionHead head = SessionStream.read(data).head();

        assertThat(head.principalName()).isEqualTo("Ada");
        assertThat(head.principalClass()).isEqualTo(SHOP + "$Customer");
    }

    @Test
    void streamsOfOlderReleasesHaveNoAuthenticationOrHalfOfIt() throws Exception {
        byte[] none = Streams.handMade(out -> {
            out.writeObject(1);
            out.writeObject("k");
            out.writeObject("v");
        });
        byte[] half = Streams.handMade(out -> {
            out.writeObject("FORM");
            out.writeObject(null);
            out.writeObject(1);
            out.writeObject("k");
            out.writeObject("v");
        });

        assertThat(SessionStream.read(none).attributes()).hasSize(1);
        assertThat(SessionStream.readHead(none).authType()).isNull();
        assertThat(SessionStream.read(half).attributes()).hasSize(1);
        assertThat(SessionStream.readHead(half).authType()).isEqualTo("FORM");
    }

    @Test
    void aCountThatIsTheSameObjectAsTheInactiveIntervalIsFound() throws Exception {
        byte[] data = Streams.handMade(out -> {
            Integer same = 1;
            out.writeObject(null);
            out.writeObject(same);
            out.writeObject(null);
            out.writeObject(null);
            out.writeObject(same);
            out.writeObject("k");
            out.writeObject(null);
        });

        assertThat(SessionStream.read(data).attributes()).containsExactly(storedAttribute("k", "null", 1, new Null()));
    }

    @Test
    void plainValuesAreShownAsWhatTheyMean() throws Exception {
        Map<String, StoredAttribute> all = attributes(Streams.withAttributes(Streams.everything()));

        assertThat(named(all, "text").value()).isEqualTo(text("hello \u0436 \u20ac \ud83d\ude00 \0"));
        assertThat(named(all, "long text").value()).isEqualTo(new Text("x".repeat(4_096), 70_000));
        assertThat(named(all, "boolean").value()).isEqualTo(new Scalar("java.lang.Boolean", true));
        assertThat(named(all, "byte").value()).isEqualTo(new Scalar("java.lang.Byte", (byte) 1));
        assertThat(named(all, "char").value()).isEqualTo(new Scalar("java.lang.Character", 'c'));
        assertThat(named(all, "short").value()).isEqualTo(new Scalar("java.lang.Short", (short) 2));
        assertThat(named(all, "integer").value()).isEqualTo(new Scalar("java.lang.Integer", 3));
        assertThat(named(all, "long").value()).isEqualTo(new Scalar("java.lang.Long", 4L));
        assertThat(named(all, "float").value()).isEqualTo(new Scalar("java.lang.Float", 5f));
        assertThat(named(all, "double").value()).isEqualTo(new Scalar("java.lang.Double", 6d));
        assertThat(named(all, "date").value()).isEqualTo(new Scalar("java.util.Date", Instant.ofEpochSecond(1)));
        assertThat(named(all, "timestamp").value())
                .isEqualTo(new Scalar("java.sql.Timestamp", Instant.ofEpochSecond(5, 123_456_789)));
        assertThat(named(all, "uuid").value()).isEqualTo(new Scalar("java.util.UUID", new UUID(1, 2)));
        assertThat(named(all, "big integer").value())
                .isEqualTo(new Scalar("java.math.BigInteger", new BigInteger("-123456789012345678901234567890")));
        assertThat(named(all, "big decimal").value())
                .isEqualTo(new Scalar("java.math.BigDecimal", new BigDecimal("12.50")));
        for (String name : List.of("duration", "instant", "local date", "local time", "local date and time")) {
            Object value = requireNonNull(Streams.everything().get(name));
            assertThat(named(all, name).value())
                    .isEqualTo(new Scalar(value.getClass().getName(), value));
        }
        assertThat(named(all, "enum").value()).isEqualTo(new EnumConstant(SHOP + "$Color", "GREEN"));
        assertThat(named(all, "enum").className()).isEqualTo(SHOP + "$Color");
        assertThat(named(all, "class").value()).isEqualTo(new ClassReference(SHOP + "$Customer"));
        assertThat(named(all, "primitive class").value()).isEqualTo(new ClassReference("int"));
        assertThat(named(all, "descriptor").value()).isEqualTo(new ClassReference(SHOP + "$Person"));
    }

    @Test
    void arraysAreNamedAsInSourceAndShowTheirFirstElements() throws Exception {
        Map<String, StoredAttribute> all = attributes(Streams.withAttributes(Streams.everything()));

        assertThat(named(all, "bytes").className()).isEqualTo("byte[]");
        assertThat(named(all, "bytes").value()).isInstanceOfSatisfying(Array.class, array -> {
            assertThat(array.length()).isEqualTo(5_000);
            assertThat(array.elements()).hasSize(64).containsOnly(new Scalar("byte", (byte) 0));
        });
        assertThat(named(all, "strings").className()).isEqualTo("java.lang.String[][]");
        assertThat(named(all, "strings").value()).isInstanceOfSatisfying(Array.class, array -> {
            assertThat(array.componentType()).isEqualTo("java.lang.String[]");
            assertThat((Array) array.elements().get(0))
                    .extracting(Array::componentType, Array::elements)
                    .containsExactly("java.lang.String", List.of(text("a")));
        });
    }

    @Test
    void aBeanShowsTheFieldsOfItsSuperclassFirst() throws Exception {
        StoredAttribute stored = only(Streams.withAttribute(new Shop.Customer("Ada", 36)));

        assertThat(stored.className()).isEqualTo(SHOP + "$Customer");
        assertThat(((Bean) stored.value()).fields())
                .containsExactly(
                        new Field(SHOP + "$Person", "age", "int", new Scalar("int", 36)),
                        new Field(SHOP + "$Person", "name", "java.lang.String", text("Ada")),
                        new Field(
                                SHOP + "$Customer",
                                "color",
                                SHOP + "$Color",
                                new EnumConstant(SHOP + "$Color", "GREEN")),
                        new Field(SHOP + "$Customer", "friend", SHOP + "$Customer", new Null()));
    }

    @Test
    void recordsExternalizablesProxiesAndLambdasAreShownAsTheyAreWritten() throws Exception {
        Map<String, StoredAttribute> all = attributes(Streams.withAttributes(Streams.everything()));

        assertThat(((Bean) named(all, "point").value()).fields())
                .extracting(Field::name, Field::value)
                .contains(org.assertj.core.groups.Tuple.tuple("x", new Scalar("int", 9)));
        assertThat(((Bean) named(all, "parcel").value()).extra())
                .hasSize(2)
                .first()
                .isEqualTo(new RawBytes(4, "0002746f"));
        assertThat(((Bean) named(all, "ledger").value()).extra())
                .containsExactly(new RawBytes(4, "0000cafe"), text("audited"), new RawBytes(3_000, "00".repeat(32)));
        assertThat(named(all, "proxy").className())
                .isEqualTo("proxy of java.lang.Comparable, java.lang.CharSequence, java.io.Serializable");
        assertThat(((Proxy) named(all, "proxy").value()).fields())
                .singleElement()
                .satisfies(field -> assertThat(field.name()).isEqualTo("h"));
        assertThat(named(all, "lambda").className()).isEqualTo("java.lang.invoke.SerializedLambda");
        assertThat(named(all, "zone").className()).isEqualTo("java.time.Ser");
    }

    @Test
    void containersOfTheJdkShowTheirElements() throws Exception {
        for (var container : Streams.containers().entrySet()) {
            StreamValue value =
                    only(Streams.withAttribute(container.getValue())).value();

            if (container.getValue() instanceof Map<?, ?> map) {
                List<Entry> entries = map.entrySet().stream()
                        .map(e -> new Entry(
                                text((String) e.getKey()), new Scalar("java.lang.Integer", (Object) e.getValue())))
                        .toList();
                assertThat(value).as(container.getKey()).isInstanceOfSatisfying(Entries.class, shown -> {
                    assertThat(shown.size()).isEqualTo(3);
                    assertThat(shown.entries()).containsExactlyInAnyOrderElementsOf(entries);
                });
            } else {
                assertThat(value).as(container.getKey()).isInstanceOfSatisfying(Elements.class, shown -> {
                    assertThat(shown.size()).isEqualTo(3);
                    assertThat(shown.elements()).containsExactlyInAnyOrder(text("a"), text("b"), text("c"));
                });
            }
        }
    }

    @Test
    void anObjectThatAnotherAttributeHoldsIsReferredToByItsHandle() throws Exception {
        Shop.Customer shared = new Shop.Customer("Ada", 36);
        shared.friend = shared;

        List<StoredAttribute> both = SessionStream.read(Streams.withAttributes(Map.of("a", shared, "b", shared)))
                .attributes();

        Bean bean = (Bean) both.get(0).value();
        BackReference again = new BackReference(bean.handle(), SHOP + "$Customer");
        assertThat(bean.fields()).last().extracting(Field::value).isEqualTo(again);
        assertThat(both.get(1).value()).isEqualTo(again);
        assertThat(both.get(1).className()).isEqualTo(SHOP + "$Customer");
        assertThat(both.get(1).bytes()).isEqualTo(5);
    }

    @Test
    void handlesAreThoseOfTheWriterInAnyGraph() throws Exception {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            List<Object> pool = new ArrayList<>(Streams.everything().values());
            List<Shop.Node> nodes = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Shop.Node node = new Shop.Node(i);
                node.next = pool.get(random.nextInt(pool.size()));
                node.other = pool.get(random.nextInt(pool.size()));
                nodes.add(node);
                pool.add(node);
            }
            Map<Integer, String> classes = new HashMap<>();

            StoredAttribute stored = only(Streams.withAttribute(new ArrayList<>(nodes)));

            follow(stored.value(), classes);
        }
    }

    @Test
    void anAttributeThatWasNotSavedIsToldAndTheOthersAreRead() throws Exception {
        Shop.Customer shared = new Shop.Customer("Ada", 36);
        byte[] data = Streams.handMade(out -> {
            for (int i = 0; i < 4; i++) {
                out.writeObject(null);
            }
            out.writeObject(7);
            writeAttribute(out, "before", shared);
            writeAttribute(out, "broken", new Shop.Broken());
            writeAttribute(out, "after", shared);
            writeAttribute(out, "again", shared);
            writeAttribute(out, "refusing", new Shop.Refusing());
            writeAttribute(out, "list", new ArrayList<>(List.of(new Object())));
            writeAttribute(out, "last", shared);
        });

        Map<String, StoredAttribute> all = attributes(data);

        String exception = "java.io.NotSerializableException";
        assertThat(named(all, "broken").value()).isEqualTo(new NotSaved(exception, "java.lang.Object"));
        assertThat(named(all, "broken").className()).isEqualTo(SHOP + "$Broken");
        assertThat(named(all, "refusing").value()).isEqualTo(new NotSaved(exception, "not today"));
        assertThat(named(all, "list").value()).isEqualTo(new NotSaved(exception, "java.lang.Object"));
        Bean after = (Bean) named(all, "after").value();
        assertThat(named(all, "again").value()).isEqualTo(new BackReference(after.handle(), after.className()));
        assertThat(named(all, "last").value()).isInstanceOf(Bean.class);
    }

    @Test
    void tomcatItselfGoesOnAfterAnAttributeThatItCouldNotSave() throws Exception {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (int i = 0; i < 9; i++) {
            attributes.put("k" + i, i % 2 == 0 ? new Shop.Customer("Ada", i) : new Shop.Broken());
        }

        assertThat(attributes(Streams.withAttributes(attributes)).values())
                .hasSize(9)
                .filteredOn(stored -> stored.value() instanceof NotSaved)
                .hasSize(4);
    }

    @Test
    void noClassOfTheStreamIsLoaded() throws Exception {
        byte[] data = Streams.withAttribute(new Shop.Customer("Ada", 36));
        byte[] gone = replace(data, SHOP, "io.elsewhergone.stream.Cart");

        SessionStream stream = SessionStream.read(gone);

        assertThat(stream.attributes().get(0).className()).isEqualTo("io.elsewhergone.stream.Cart$Customer");
        assertThat(stream.classNames())
                .contains(
                        "io.elsewhergone.stream.Cart$Customer", "io.elsewhergone.stream.Cart$Person", "java.lang.Enum")
                .noneMatch(name -> name.startsWith(SHOP));
    }

    @Test
    void aClassThatIsThereIsNotInitialisedEither() throws Exception {
        byte[] data = replace(Streams.withAttribute(new Shop.Point(1, "x")), SHOP + "$Point", SHOP + "$Traps");

        assertThat(only(data).className()).isEqualTo(SHOP + "$Traps");
        assertThat(System.getProperty("shop.trap")).isNull();
    }

    @Test
    void theClassesThatLoadingNeedsAreNamed() throws Exception {
        assertThat(SessionStream.read(Streams.withAttributes(Streams.everything()))
                        .classNames())
                .contains(
                        SHOP + "$Customer",
                        SHOP + "$Person",
                        SHOP + "$Color",
                        "java.lang.String",
                        "java.lang.CharSequence",
                        "java.lang.reflect.Proxy",
                        "java.lang.Number",
                        "java.time.Ser")
                .noneMatch(name -> name.startsWith("[") || name.equals("int") || name.equals("byte"));
    }

    @Test
    void theSizesOfTheAttributesAddUpToTheStream() throws Exception {
        byte[] data = Streams.withAttributes(Streams.everything());
        int head = Streams.withAttributes(Map.of()).length;
        long names = 0;
        long values = 0;
        for (StoredAttribute stored : SessionStream.read(data).attributes()) {
            names += 3 + stored.name().length();
            values += stored.bytes();
        }

        assertThat(head + names + values).isEqualTo(data.length);
    }

    @Test
    void sizesDoNotDependOnWhatIsShown() throws Exception {
        byte[] data = Streams.withAttributes(Streams.everything());
        Limits tight = new Limits(1_000, 10_000, 100, 3, 2, 1, 5);

        List<StoredAttribute> few = SessionStream.read(data, tight).attributes();

        List<StoredAttribute> all = SessionStream.read(data).attributes();
        assertThat(few)
                .extracting(StoredAttribute::bytes)
                .isEqualTo(all.stream().map(StoredAttribute::bytes).toList());
        assertThat(few)
                .extracting(StoredAttribute::className)
                .isEqualTo(all.stream().map(StoredAttribute::className).toList());
        assertThat(few.subList(5, few.size()))
                .allMatch(stored -> stored.value() instanceof Elided || stored.value() instanceof NotSaved);
    }

    @Test
    @SuppressWarnings("JdkObsolete")
    void largeCollectionsAreReadToTheirEndAndShownToTheLimit() throws Exception {
        LinkedList<String> list = new LinkedList<>();
        HashMap<String, Shop.Point> map = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            list.add("element " + i);
        }
        for (int i = 0; i < 50_000; i++) {
            map.put("key " + i, new Shop.Point(i, "label"));
        }

        Map<String, StoredAttribute> all =
                attributes(Streams.withAttributes(Map.of("list", list, "map", map, "small", "s")));

        assertThat(named(all, "small").value()).isEqualTo(text("s"));
        assertThat(named(all, "list").value()).isInstanceOfSatisfying(Elements.class, elements -> {
            assertThat(elements.size()).isEqualTo(100_000);
            assertThat(elements.elements()).hasSizeBetween(1_000, 2_000);
        });
        assertThat(named(all, "map").value()).isInstanceOfSatisfying(Entries.class, entries -> {
            assertThat(entries.size()).isEqualTo(50_000);
            assertThat(entries.entries()).hasSizeBetween(200, 2_000);
        });
    }

    @Test
    void fieldsThatAreNotShownAreCountedInTheLastOne() throws Exception {
        byte[] data = Streams.withAttribute(new Shop.Customer("Ada", 36));

        Bean bean = (Bean) SessionStream.read(data, new Limits(100, 1_000, 10, 2, 2, 9, 9))
                .attributes()
                .get(0)
                .value();

        assertThat(bean.fields()).hasSize(2);
        assertThat(bean.fields().get(1).value()).isInstanceOfSatisfying(Elided.class, rest -> assertThat(rest.values())
                .isEqualTo(3));
    }

    @Test
    void aNumberThatWasNotShownIsKnownWhereItIsReferredTo() throws Exception {
        Integer same = 4711;
        byte[] data = Streams.handMade(out -> {
            out.writeObject(2);
            writeAttribute(out, "list", new ArrayList<>(List.of("a", "b", same)));
            writeAttribute(out, "number", same);
        });

        List<StoredAttribute> both = SessionStream.read(data, new Limits(100, 1_000, 10, 9, 3, 9, 99))
                .attributes();

        assertThat(both.get(0).value())
                .isInstanceOfSatisfying(
                        Bean.class, list -> assertThat(list.extra()).last().isInstanceOf(Elided.class));
        assertThat(both.get(1).value()).isEqualTo(new Scalar("java.lang.Integer", 4711));
    }

    @Test
    void theHeadIsReadFromAnyPrefixThatHoldsIt() throws Exception {
        byte[] data = loggedIn();
        SessionHead whole = SessionStream.read(data).head();
        int shortest = -1;
        for (int length = 0; length <= data.length; length++) {
            byte[] prefix = Arrays.copyOf(data, length);
            if (shortest < 0) {
                try {
                    assertThat(SessionStream.readHead(prefix)).isEqualTo(whole);
                    shortest = length;
                } catch (UnreadableStreamException e) {
                    assertThat(e.offset()).isLessThanOrEqualTo(length);
                }
            } else {
                assertThat(SessionStream.readHead(prefix)).isEqualTo(whole);
            }
        }
        // Behind the principal: two nulls, the count, the name and the value.
        assertThat(data.length - shortest).isEqualTo(1 + 1 + 10 + 4 + 4);
    }

    @Test
    void whatIsNoSessionIsRefusedInPlainWords() {
        assertThatThrownBy(() -> SessionStream.read(new byte[0]))
                .isInstanceOf(UnreadableStreamException.class)
                .hasMessage("it is empty");
        assertThatThrownBy(() -> SessionStream.read("{\"json\": 1}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UnreadableStreamException.class)
                .hasMessage("it does not start with a Java serialization header");
        byte[] data = Streams.withAttribute("v");
        assertThatThrownBy(() -> SessionStream.read(Arrays.copyOf(data, data.length - 1)))
                .isInstanceOf(UnreadableStreamException.class)
                .hasMessage("the stream ends at byte " + (data.length - 1) + ", inside attribute 1 of 1");
        data[data.length - 4] = 0x6a;
        assertThatThrownBy(() -> SessionStream.read(data))
                .isInstanceOf(UnreadableStreamException.class)
                .hasMessage("unknown type code 0x6a at byte " + (data.length - 4) + ", inside attribute 1 of 1");
    }

    @Test
    void noTextOfASessionHoldsItsValues() throws Exception {
        SessionStream stream = SessionStream.read(Streams.withAttribute("secret"));

        assertThat(stream.toString() + stream.attributes()).doesNotContain("secret", Streams.ID);
    }

    private static void writeAttribute(java.io.ObjectOutputStream out, String name, Object value)
            throws java.io.IOException {
        out.writeObject(name);
        try {
            out.writeObject(value);
        } catch (java.io.NotSerializableException e) {
            assertThat(e).hasMessageMatching("java.lang.Object|not today");
        }
    }

    private static byte[] loggedIn() {
        StandardSession session = Streams.session(true);
        session.setAuthType("FORM");
        session.setPrincipal(Streams.jane());
        session.setAttribute("k", "v");
        return Streams.write(session);
    }

    /** Checks that each reference names an object of its class that stands in front of it. */
    private static void follow(StreamValue value, Map<Integer, String> classes) {
        if (value instanceof BackReference reference) {
            assertThat(classes).containsEntry(reference.handle(), reference.className());
        } else if (value instanceof Bean bean) {
            classes.put(bean.handle(), bean.className());
            bean.fields().forEach(field -> follow(field.value(), classes));
            bean.extra().forEach(extra -> follow(extra, classes));
        } else if (value instanceof Array array) {
            classes.put(array.handle(), array.componentType() + "[]");
            array.elements().forEach(element -> follow(element, classes));
        } else if (value instanceof Elements elements) {
            classes.put(elements.handle(), elements.className());
            elements.elements().forEach(element -> follow(element, classes));
        } else if (value instanceof Entries entries) {
            classes.put(entries.handle(), entries.className());
            entries.entries().forEach(entry -> follow(entry.value(), classes));
        } else if (value instanceof Proxy proxy) {
            classes.put(proxy.handle(), "proxy of " + String.join(", ", proxy.interfaces()));
            proxy.fields().forEach(field -> follow(field.value(), classes));
        }
    }

    private static Map<String, StoredAttribute> attributes(byte[] data) throws UnreadableStreamException {
        Map<String, StoredAttribute> byName = new LinkedHashMap<>();
        SessionStream.read(data).attributes().forEach(stored -> byName.put(stored.name(), stored));
        return byName;
    }

    private static StoredAttribute named(Map<String, StoredAttribute> all, String name) {
        return requireNonNull(all.get(name));
    }

    private static StoredAttribute only(byte[] data) throws UnreadableStreamException {
        List<StoredAttribute> attributes = SessionStream.read(data).attributes();
        assertThat(attributes).hasSize(1);
        return attributes.get(0);
    }

    private static StoredAttribute storedAttribute(String name, String className, long bytes, StreamValue value) {
        return new StoredAttribute(name, className, bytes, value);
    }

    private static Text text(String text) {
        return new Text(text, text.length());
    }

    private static byte[] replace(byte[] data, String old, String fresh) {
        assertThat(fresh).hasSameSizeAs(old);
        String text = new String(data, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(old);
        return text.replace(old, fresh)
                .replace(old.replace('.', '/'), fresh.replace('.', '/'))
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
