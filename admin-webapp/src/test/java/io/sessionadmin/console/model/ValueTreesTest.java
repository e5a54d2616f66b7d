package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.ValueNode.Access;
import io.sessionadmin.console.model.ValueNode.Kind;
import io.sessionadmin.stream.SessionStream;
import io.sessionadmin.stream.StoredAttribute;
import io.sessionadmin.stream.UnreadableStreamException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.catalina.session.StandardSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Trees of attributes of sessions that Tomcat has written. */
final class ValueTreesTest {

    private static final String SECRET = "hunter2-4711";

    @SuppressWarnings("UnusedVariable")
    private static final class Account implements Serializable {
        private static final long serialVersionUID = 1;

        private final String owner = "Ada " + SECRET;
        private final String password = SECRET;
        private final int visits = 17;
        private final char[] letters = SECRET.toCharArray();
        private final byte[] digest = new byte[40];
        private final @Nullable Object nobody = null;
        private final List<String> mails = new ArrayList<>(List.of(SECRET + "@example.org", "b@example.org"));
        private final Map<String, Object> settings = new LinkedHashMap<>();
        private final @Nullable Account self = this;

        Account() {
            settings.put("theme", SECRET + "dark");
            settings.put("apiToken", SECRET);
            settings.put(SECRET, Instant.EPOCH);
        }

        @Override
        public String toString() {
            throw new AssertionError("nobody asks an application's object what it is");
        }
    }

    /** Looks harmless, and holds something. */
    @SuppressWarnings("UnusedVariable")
    private static final class Node implements Serializable {
        private static final long serialVersionUID = 1;

        private final @Nullable Object next;

        Node(@Nullable Object next) {
            this.next = next;
        }
    }

    @Test
    void whoMaySeeValuesSeesBeansCollectionsAndPlainValuesAsWritten() throws Exception {
        ValueNode account = tree(Map.of("account", new Account()), Values.SHOWN, "account");

        assertThat(account.kind()).isEqualTo(Kind.BEAN);
        assertThat(account.className()).isEqualTo(Account.class.getName());
        assertThat(account.bytes()).isGreaterThan(300);
        assertThat(child(account, "owner").value()).isEqualTo("Ada " + SECRET);
        assertThat(child(account, "visits").value()).isEqualTo("17");
        assertThat(child(account, "letters").value()).isEqualTo(SECRET);
        assertThat(child(account, "digest").value()).startsWith("0, 0, 0");
        assertThat(child(account, "digest").cut()).isTrue();
        assertThat(child(account, "nobody").kind()).isEqualTo(Kind.NULL);
        assertThat(child(account, "nobody").className()).isEqualTo("java.lang.Object");
        assertThat(child(account, "self").kind()).isEqualTo(Kind.REFERENCE);
        ValueNode mails = child(account, "mails");
        assertThat(mails.kind()).isEqualTo(Kind.COLLECTION);
        assertThat(mails.size()).isEqualTo(2);
        assertThat(mails.bytes()).isPositive();
        assertThat(child(mails, "1").value()).isEqualTo("b@example.org");
        assertThat(child(child(account, "settings"), SECRET).value()).isEqualTo("1970-01-01T00:00:00Z");
    }

    @Test
    void whatLooksLikeASecretIsMaskedForThemToo() throws Exception {
        ValueNode account = tree(Map.of("account", new Account()), Values.SHOWN, "account");
        ValueNode token = tree(Map.of("userToken", new Node(List.of(SECRET))), Values.SHOWN, "userToken");

        assertThat(child(account, "password"))
                .extracting(ValueNode::access, ValueNode::value, ValueNode::size)
                .containsExactly(Access.MASKED, "", -1L);
        assertThat(child(child(account, "settings"), "apiToken").access()).isEqualTo(Access.MASKED);
        assertThat(texts(token)).as("all that is in it").noneMatch(text -> text.contains(SECRET));
        assertThat(child(child(token, "next"), "0").access()).isEqualTo(Access.MASKED);
    }

    @Test
    void everybodyElseSeesStructureClassesAndSizes() throws Exception {
        ValueNode account = tree(Map.of("account", new Account()), Values.HIDDEN, "account");

        assertThat(texts(account)).noneMatch(text -> text.contains(SECRET));
        assertThat(child(account, "owner"))
                .extracting(ValueNode::access, ValueNode::className, ValueNode::size)
                .containsExactly(Access.HIDDEN, "java.lang.String", 4L + SECRET.length());
        assertThat(child(account, "visits").value()).isEmpty();
        assertThat(child(account, "settings").children())
                .as("keys are values, too")
                .extracting(ValueNode::name)
                .containsOnly("");
        assertThat(child(account, "settings").size()).isEqualTo(3);
    }

    @Test
    void nothingLeaksFromAStreamThatWasTamperedWith() throws Exception {
        byte[] data = stream(Map.of("account", new Account(), "other", new Node(SECRET)));
        Random random = new Random(42);
        int readable = 0;
        for (int round = 0; round < 3_000; round++) {
            byte[] damaged = data.clone();
            damaged[random.nextInt(damaged.length)] = (byte) (0x70 + random.nextInt(15));
            try {
                List<StoredAttribute> attributes = SessionStream.read(damaged).attributes();
                for (ValueNode node : ValueTrees.of(attributes, Values.HIDDEN).values()) {
                    walk(node, each -> assertThat(each.value()).isEmpty());
                }
                readable++;
            } catch (UnreadableStreamException e) {
                assertThat(e.getMessage()).doesNotContain(SECRET);
            }
        }
        assertThat(readable).isGreaterThan(100);
    }

    @Test
    void largeAndDeepAttributesAreCutAndSayHowMuchIsMissing() throws Exception {
        Object deep = "end";
        for (int i = 0; i < 50; i++) {
            deep = new Node(deep);
        }
        List<Integer> many = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            many.add(i);
        }
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("deep", deep);
        attributes.put("many", many);
        attributes.put("long", "x".repeat(10_000));
        attributes.put("small", 1);

        Map<String, ValueNode> trees = trees(attributes, Values.SHOWN);

        ValueNode list = Objects.requireNonNull(trees.get("many"));
        assertThat(list.size()).isEqualTo(5_000);
        assertThat(list.children().size() + list.notShown()).isEqualTo(5_000);
        assertThat(list.children().size()).isBetween(20, 100);
        ValueNode text = Objects.requireNonNull(trees.get("long"));
        assertThat(text.value()).hasSizeLessThan(210);
        assertThat(text.cut()).isTrue();
        assertThat(text.size()).isEqualTo(10_000);
        assertThat(trees.get("small")).isNotNull();
        List<ValueNode> deepest = new ArrayList<>();
        walk(Objects.requireNonNull(trees.get("deep")), deepest::add);
        assertThat(deepest).hasSize(12).last().extracting(ValueNode::kind).isEqualTo(Kind.NOT_SHOWN);
    }

    @Test
    void hostileNamesAndManyAttributesMakeNoLargePage() throws Exception {
        Map<String, Object> attributes = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            attributes.put(
                    i + "<\"&'>\u202e\n".repeat(500), new String[] {"<&>".repeat(1_000), "\u4e2d".repeat(1_000)});
        }
        int[] letters = new int[1];
        trees(attributes, Values.SHOWN)
                .values()
                .forEach(tree -> walk(tree, node -> {
                    assertThat(node.name()).doesNotContain("\u202e").doesNotContain("\n");
                    letters[0] += 300 + escaped(node.name()) + escaped(node.value()) + escaped(node.className());
                }));
        assertThat(letters[0]).isBetween(20_000, 120_000);
    }

    private static int escaped(String text) {
        return text.chars().map(letter -> "<>&\"'".indexOf(letter) >= 0 ? 6 : 1).sum();
    }

    @Test
    void charactersThatNobodySeesAreSpeltOut() {
        assertThat(Legible.text("a\tb\nc\0\u202e\ud800 \ud83d\ude00 \u00e9", 100))
                .isEqualTo("a\\tb\\nc\\u0000\\u202e\\ud800 \ud83d\ude00 \u00e9");
        assertThat(Legible.text("\ud83d\ude00\ud83d\ude00", 2)).isEqualTo("\ud83d\ude00\u2026");
    }

    private static ValueNode child(ValueNode node, String name) {
        return node.children().stream()
                .filter(child -> child.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + node.children()));
    }

    private static List<String> texts(ValueNode node) {
        List<String> texts = new ArrayList<>();
        walk(node, each -> texts.addAll(Arrays.asList(each.name(), each.value(), each.className())));
        return texts;
    }

    private static void walk(ValueNode node, Consumer<ValueNode> visitor) {
        visitor.accept(node);
        node.children().forEach(child -> walk(child, visitor));
    }

    private static ValueNode tree(Map<String, ?> attributes, Values values, String name) throws Exception {
        return Objects.requireNonNull(trees(attributes, values).get(name));
    }

    private static Map<String, ValueNode> trees(Map<String, ?> attributes, Values values) throws Exception {
        return ValueTrees.of(SessionStream.read(stream(attributes)).attributes(), values);
    }

    private static byte[] stream(Map<String, ?> attributes) throws IOException {
        StandardSession session = Shop.withoutStore().visit("5E551077", Instant.EPOCH);
        attributes.forEach(session::setAttribute);
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            session.writeObjectData(out);
        }
        return bytes.toByteArray();
    }
}
