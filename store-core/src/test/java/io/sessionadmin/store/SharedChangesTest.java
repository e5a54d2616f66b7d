package io.sessionadmin.store;

import static io.sessionadmin.store.SharedTomcats.STRICT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sessionadmin.store.SharedTomcat.Visit;
import io.sessionadmin.stream.SessionStream;
import io.sessionadmin.stream.StoredAttribute;
import io.sessionadmin.stream.UnreadableStreamException;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.StoredRow;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.catalina.session.StandardSession;
import org.apache.tomcat.util.IntrospectionUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Small changes of large sessions are written beside the whole stream, and are as good as written into it. */
final class SharedChangesTest {

    private static final String WHOLE = "select md5(session_data) from tomcat_sessions";
    private static final String CHANGES = "select coalesce(octet_length(session_changes), -1) from tomcat_sessions";

    @RegisterExtension
    final SharedTomcats nodes = new SharedTomcats();

    // ------------------------------------------------------------------ what is written

    @Test
    void aSmallChangeOfALargeSessionLeavesTheWholeStreamAsItIs() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = large(one);
        String whole = nodes.value(WHOLE);
        long before = walPosition();
        set(one, id, "count", 2);
        long wal = walPosition() - before;

        assertThat(nodes.value(WHOLE)).isEqualTo(whole);
        assertThat(Integer.parseInt(nodes.value(CHANGES))).isBetween(100, 1_000);
        assertThat(one.stored(id, "count")).isEqualTo(2);
        assertThat((byte[]) one.stored(id, "picture")).hasSize(8_000);
        assertThat(wal).as("bytes of WAL").isLessThan(9_000); // a page may be written whole after a checkpoint
    }

    @Test
    void theFirstChangeAfterTheCreationIsWrittenAlone() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = one.newSession("picture", noise(8_000), "count", 0).getIdInternal();
        String whole = nodes.value(WHOLE);
        set(one, id, "count", 1);
        assertThat(nodes.value(WHOLE)).isEqualTo(whole);
        assertThat(Integer.parseInt(nodes.value(CHANGES))).isPositive();
        assertThat(one.stored(id, "count")).isEqualTo(1);
        assertThat((byte[]) one.stored(id, "picture")).hasSize(8_000);
    }

    @Test
    void whatTwoAttributesSharedAtTheFirstSaveIsNotTornApartByTheFirstChange() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        StringBuilder inside = new StringBuilder("as it was");
        Serializable kept = box(inside);
        String id = one.newSession("picture", noise(8_000), "kept", kept, "left", box(inside))
                .getIdInternal();
        inside.append(", and changed"); // through the one that then lets go of it
        set(one, id, "left", box("nothing"));
        assertThat(String.valueOf(one.stored(id, "kept"))).isEqualTo("[as it was, and changed]");
    }

    @Test
    void whatTwoAttributesComeToShareWithTheFirstChangeIsWrittenTogether() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        Serializable inside = box("inside");
        String id = one.newSession("picture", noise(8_000), "kept", box(inside)).getIdInternal();
        set(one, id, "cart", box(inside));
        assertThat(Integer.parseInt(nodes.value(CHANGES))).as("all of it").isEqualTo(-1);
    }

    @Test
    void changesWriteLessThanAKilobyteOfWalWhateverTheSizeOfTheSession() throws Exception {
        for (int size : List.of(8_000, 64_000)) {
            nodes.execute("drop table if exists tomcat_sessions");
            SharedTomcat one = nodes.start(STRICT);
            String id = large(one, size);
            List<Long> written = new ArrayList<>();
            for (int i = 0; i < 11; i++) {
                long before = walPosition();
                set(one, id, "count", i);
                written.add(walPosition() - before);
            }
            written.sort(null);
            assertThat(written.get(5)).as("median for " + size).isLessThan(1_000);
            one.drop(Objects.requireNonNull(one.find(id)));
        }
    }

    @Test
    void aRemovedAttributeIsGoneThoughTheWholeStreamHasIt() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = large(one);
        two.visit(id).close();
        String whole = nodes.value(WHOLE);
        try (Visit visit = one.visit(id)) {
            visit.session.removeAttribute("count");
        }
        assertThat(nodes.value(WHOLE)).isEqualTo(whole);
        assertThat(one.stored(id, "count")).isNull();
        try (Visit visit = two.visit(id)) {
            assertThat(visit.session.getAttribute("count")).isNull();
            assertThat((byte[]) visit.session.getAttribute("picture")).hasSize(8_000);
        }
    }

    @Test
    void aNodeThatHasTheWholeStreamReadsTheChangesAlone() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = large(one);
        Object picture;
        try (Visit visit = two.visit(id)) {
            picture = visit.session.peek("picture");
        }
        set(one, id, "count", 7);
        // What is not sent can't be read: a node that asked for it would answer 503 here.
        nodes.execute("update tomcat_sessions set session_data = 'garbage'");
        try (Visit visit = two.visit(id)) {
            assertThat(visit.session.getAttribute("count")).isEqualTo(7);
            assertThat(visit.session.peek("picture")).isSameAs(picture);
        }
    }

    @Test
    void nodesThatTakeTurnsGoOnWritingChanges() throws Exception {
        List<SharedTomcat> both = List.of(nodes.start(STRICT), nodes.start(STRICT));
        String id = large(both.get(0));
        set(both.get(1), id, "other", 1);
        String whole = nodes.value(WHOLE);
        for (int i = 0; i < 10; i++) {
            set(both.get(i % 2), id, "count" + i % 3, i);
        }
        assertThat(nodes.value(WHOLE)).isEqualTo(whole);
        for (SharedTomcat node : both) {
            try (Visit visit = node.visit(id)) {
                assertThat(visit.session.getAttribute("count0")).isEqualTo(9);
                assertThat(visit.session.getAttribute("count1")).isEqualTo(7);
                assertThat(visit.session.getAttribute("count2")).isEqualTo(8);
                assertThat(visit.session.getAttribute("other")).isEqualTo(1);
            }
        }
    }

    // ------------------------------------------------------------------ when all of it is written

    @Test
    void changesThatHaveGrownAreFoldedIntoTheWholeStream() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = large(one);
        String whole = nodes.value(WHOLE);
        set(one, id, "text", noise(5_000));
        assertThat(nodes.value(WHOLE)).isNotEqualTo(whole);
        assertThat(Integer.parseInt(nodes.value(CHANGES))).isZero();
        assertThat((byte[]) one.stored(id, "text")).hasSize(5_000);
    }

    @Test
    void whatLeavesTheMemoryIsOneStreamAgain() throws Exception {
        SharedTomcat one = nodes.start(Map.of("maxIdleSwap", "0", "minIdleSwap", "0"));
        String id = large(one);
        set(one, id, "count", 2);
        assertThat(Integer.parseInt(nodes.value(CHANGES))).isPositive();
        SharedTomcat.await("it is swapped out", () -> {
            one.pass();
            return !one.holds(id);
        });
        assertThat(Integer.parseInt(nodes.value(CHANGES))).isLessThanOrEqualTo(0);
        assertThat(one.stored(id, "count")).isEqualTo(2);
    }

    @Test
    void aStopLeavesOneStream() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = large(one);
        set(one, id, "count", 2);
        one.stopContext();
        assertThat(Integer.parseInt(nodes.value(CHANGES))).isLessThanOrEqualTo(0);
        one.startContext();
        assertThat(one.stored(id, "count")).isEqualTo(2);
    }

    @Test
    void attributesThatShareAnObjectAreWrittenTogether() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        List<String> common = new ArrayList<>(List.of("book"));
        SharedSession session = one.newSession("picture", noise(8_000), "a", box(common), "b", box(common));
        String id = session.getIdInternal();
        for (int i = 0; i < 4; i++) {
            try (Visit visit = one.visit(id)) {
                first(visit.session.getAttribute("a")).add("pen" + i);
            }
        }
        try (Visit visit = two.visit(id)) {
            assertThat(first(visit.session.getAttribute("b"))).hasSize(5).isSameAs(first(visit.session.peek("a")));
        }
    }

    @Test
    void anAttributeThatComesToHoldAnotherOneIsWrittenWithIt() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        SharedSession session =
                one.newSession("picture", noise(8_000), "a", new ArrayList<>(List.of("book")), "b", new ArrayList<>());
        String id = session.getIdInternal();
        set(one, id, "count", 1);
        set(one, id, "count", 2);
        assertThat(Integer.parseInt(nodes.value(CHANGES))).isPositive();
        try (Visit visit = one.visit(id)) {
            visit.session.setAttribute("b", box(visit.session.peek("a")));
        }
        try (Visit visit = two.visit(id)) {
            assertThat(first(visit.session.getAttribute("b"))).isSameAs(visit.session.peek("a"));
        }
    }

    @Test
    void wholeStreamsAreWrittenWhereTheStoreIsToldSo() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        one.context.stop();
        IntrospectionUtils.setProperty(one.store, "wholeStreams", "true");
        one.startContext();
        String id = one.newSession("picture", noise(8_000), "count", 0).getIdInternal();
        for (int i = 1; i < 4; i++) {
            set(one, id, "count", i);
            assertThat(Integer.parseInt(nodes.value(CHANGES))).isEqualTo(-1);
        }
        assertThat(one.stored(id, "count")).isEqualTo(3);
    }

    // ------------------------------------------------------------------ who else reads

    @Test
    void listenersOfASessionThatExpiresSeeItsChanges() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = large(one);
        set(one, id, "who", "alice");
        one.drop(Objects.requireNonNull(one.find(id)));
        nodes.execute("update tomcat_sessions set last_access = 0, reap_after = 0");
        one.pass();
        assertThat(one.told).containsExactly("alice");
    }

    @Test
    void aRowThatTomcatsOwnStoreHasWrittenHasNoOlderChanges() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = large(one);
        set(one, id, "count", 2);
        nodes.execute("create temp table kept as select * from tomcat_sessions; delete from tomcat_sessions;"
                + " insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access,"
                + " session_data) select app_name, session_id, valid_session, max_inactive, last_access, session_data"
                + " from kept; drop table kept");
        assertThat(one.stored(id, "count")).as("as in the whole stream").isEqualTo(0);
        try (Visit visit = one.visit(id)) {
            assertThat(visit.session.getAttribute("count")).isEqualTo(0);
        }
    }

    @Test
    void aRowWhoseVersionWasMovedByHandIsReadAgain() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = one.newSession("count", 1).getIdInternal();
        nodes.execute("update tomcat_sessions set version = version + 1");
        try (Visit visit = one.visit(id)) {
            assertThat(visit.session.getAttribute("count")).isEqualTo(1);
        }
    }

    @Test
    void peopleSeeOneSession() throws Exception {
        for (int size : List.of(8_000, 80_000)) {
            nodes.execute("drop table if exists tomcat_sessions");
            SharedTomcat one = nodes.start(STRICT);
            String id = large(one, size);
            try (Visit visit = one.visit(id)) {
                visit.session.removeAttribute("count");
                visit.session.setAttribute("note", "hello");
                visit.session.setMaxInactiveInterval(77);
            }
            SessionCatalog catalog = one.store.catalog().orElseThrow();
            StoredRow row = catalog.page(nodes.contextName(), null, 9).get(0);
            assertThat(row.hasAllData()).isEqualTo(size == 8_000);
            assertThat(SessionStream.readHead(row.data()).maxInactiveInterval()).isEqualTo(77);

            byte[] data = catalog.data(row.key(), 1 << 20).orElseThrow();
            assertThat(row.bytes()).isEqualTo(data.length);
            assertThat(SessionStream.read(data).attributes().stream().map(StoredAttribute::name))
                    .containsExactlyInAnyOrder("picture", "note");
            for (int end = 0; size == 8_000 && end < data.length; end += end < 1_000 ? 1 : 97) {
                byte[] cut = Arrays.copyOf(data, end);
                assertThatThrownBy(() -> SessionStream.read(cut)).isInstanceOf(UnreadableStreamException.class);
            }
        }
    }

    @Test
    void anEndedSessionKeepsNoChanges() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = large(one);
        set(one, id, "count", 2);
        try (Visit visit = one.visit(id)) {
            visit.session.invalidate();
        }
        assertThat(nodes.value(CHANGES)).isEqualTo("-1");
    }

    /** Whatever two nodes do in turn, both see what a map would have. */
    @Test
    void anySequenceOfChangesIsReadAsItWasMade() throws Exception {
        List<SharedTomcat> both = List.of(nodes.start(STRICT), nodes.start(STRICT));
        Random random = new Random(20261126);
        String id = large(both.get(0), 4_000);
        Map<String, Object> expected = new HashMap<>(Map.of("count", 0));
        for (int step = 0; step < 300; step++) {
            SharedTomcat node = both.get(random.nextInt(2));
            if (random.nextInt(20) == 0 && node.holds(id)) {
                node.drop(Objects.requireNonNull(node.manager.inMemory(id)));
            }
            try (Visit visit = node.visit(id)) {
                for (int change = random.nextInt(3); change >= 0; change--) {
                    change(visit.session, expected, random);
                }
            }
            try (Visit visit = both.get(random.nextInt(2)).visit(id)) {
                for (int name = 0; name < 6; name++) {
                    assertThat(visit.session.peek("a" + name))
                            .as("a" + name + " after step " + step)
                            .isEqualTo(expected.get("a" + name));
                }
                assertThat((byte[]) visit.session.peek("picture")).hasSize(4_000);
            }
        }
        assertThat(nodes.value("select base_version <> version from tomcat_sessions"))
                .isEqualTo("t");
    }

    private static void change(StandardSession session, Map<String, Object> expected, Random random) {
        String name = "a" + random.nextInt(6);
        switch (random.nextInt(5)) {
            case 0 -> {
                session.removeAttribute(name);
                expected.remove(name);
            }
            case 1 -> {
                String value = "v".repeat(random.nextInt(random.nextInt(10) == 0 ? 2_500 : 100));
                session.setAttribute(name, value);
                expected.put(name, value);
            }
            case 2 -> session.setMaxInactiveInterval(1_000 + random.nextInt(100));
            default -> {
                int number = random.nextInt();
                if (session.getAttribute(name) instanceof ArrayList<?>) {
                    list(session.getAttribute(name)).add(number);
                    list(Objects.requireNonNull(expected.get(name))).add(number);
                } else {
                    session.setAttribute(name, new ArrayList<>(List.of(number)));
                    expected.put(name, new ArrayList<>(List.of(number)));
                }
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        return (List<Object>) value;
    }

    // ------------------------------------------------------------------ sessions

    private String large(SharedTomcat node) throws Exception {
        return large(node, 8_000);
    }

    /** A session that was saved often enough for its changes to be written alone. */
    private String large(SharedTomcat node, int size) throws Exception {
        String id = node.newSession("picture", noise(size), "count", 0).getIdInternal();
        set(node, id, "count", 1);
        set(node, id, "count", 0);
        assertThat(Integer.parseInt(nodes.value(CHANGES))).isPositive();
        return id;
    }

    private static void set(SharedTomcat node, String id, String name, Object value) throws Exception {
        try (Visit visit = node.visit(id)) {
            visit.session.setAttribute(name, value);
        }
    }

    private static byte[] noise(int size) {
        byte[] noise = new byte[size];
        new Random(size).nextBytes(noise);
        return noise;
    }

    /** An object that holds another one. */
    private static Serializable box(@Nullable Object inside) {
        return new ArrayList<>(Arrays.asList(inside));
    }

    @SuppressWarnings("unchecked")
    private static List<String> first(@Nullable Object box) {
        return (List<String>) ((List<?>) Objects.requireNonNull(box)).get(0);
    }

    private long walPosition() throws Exception {
        return Long.parseLong(nodes.value("select (pg_current_wal_insert_lsn() - '0/0')::bigint"));
    }
}
