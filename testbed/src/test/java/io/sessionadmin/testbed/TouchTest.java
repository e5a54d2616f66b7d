package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** What an access costs that changes nothing. */
final class TouchTest {
    /** How far two conversions of one moment may be apart, in milliseconds. */
    private static final long CLOCKS_APART = 500;

    private static final int SESSIONS = 1000;

    @OnBothTomcats
    void accessesThatChangeNothingAreWrittenOnceInAWhileAndWithoutTheData(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        TestDatabase db = nodes.database();
        audit(db);
        var alice = new Visitor();
        alice.on(nodes.one(), "/touched").put("color", "green");
        db.update("truncate audit");

        long start = System.nanoTime();
        for (int i = 0;
                i < 50 || System.nanoTime() - start < Duration.ofSeconds(4).toNanos();
                i++) {
            alice.on(nodes.at(i), "/touched").touch();
        }
        long last = millis(db);
        nodes.both().forEach(node -> alice.on(node, "/touched").touch());
        long touches = db.count("audit");
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds() + 1;
        assertThat(touches).as("touches in " + seconds + " s, by two nodes").isBetween(1L, 2 * seconds);
        assertThat(db.count("audit where old_version <> new_version")).isZero();
        assertThat(db.count("audit where new_access < old_access"))
                .as("moved back")
                .isZero();
        Await.until(
                "the last access is in the store",
                () -> db.count("audit where new_access >= ?", last - CLOCKS_APART) > 0);
    }

    private static long millis(TestDatabase db) {
        return Long.parseLong(
                String.valueOf(db.query("select (extract(epoch from clock_timestamp()) * 1000)::bigint")));
    }

    private static void audit(TestDatabase db) {
        db.update("""
                create table if not exists audit (old_version bigint, new_version bigint, old_access bigint, new_access bigint)""");
        db.update("""
                create or replace function audit() returns trigger language plpgsql as $$
                begin
                    insert into audit values (old.version, new.version, old.last_access, new.last_access);
                    return null;
                end $$""");
        db.update("""
                create or replace trigger audit after update on tomcat_sessions
                    for each row when (new.app_name like '%/touched') execute function audit()""");
    }

    @OnBothTomcats
    void accessesToAThousandUnchangedSessionsCostLessThanTwoPercentOfWritingThem(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        TestDatabase db = nodes.database();
        db.update("drop trigger if exists audit on tomcat_sessions");
        db.update("delete from tomcat_sessions where app_name like '%/touched'");
        List<Visitor> visitors =
                IntStream.range(0, SESSIONS).mapToObj(i -> new Visitor()).toList();
        // After a checkpoint the first change of a page writes all of it. That falls to the writing, which has to fill
        // fresh pages anyway, and neither makes it dearer by much nor the touches.
        db.update("checkpoint");
        long start = wal(db);
        visitors.parallelStream()
                .forEach(visitor -> visitor.on(nodes.one(), "/touched").big("history", 20));
        long written = wal(db) - start;
        assertThat(written).isGreaterThan(SESSIONS * 20_000L);

        long touched = touchEach(nodes, visitors);
        for (int more = 0; more < 2 && touched > written / 50; more++) {
            // Vacuum or a checkpoint came between, which has its price and comes again only after minutes.
            touched = touchEach(nodes, visitors);
        }
        assertThat(touched)
                .as("bytes of WAL for the touches, where writing took " + written)
                .isBetween(SESSIONS * 50L, written / 50);
        db.update("delete from tomcat_sessions where app_name like '%/touched'");
    }

    /** Accesses each session once, when a touch is due, and waits until the store knows. Answers the bytes of WAL. */
    private static long touchEach(TwoNodes nodes, List<Visitor> visitors) {
        TestDatabase db = nodes.database();
        Await.until(
                "a touch is due",
                () -> db.count(
                                "tomcat_sessions where app_name like '%/touched' and saved_at < now() - interval '1.5 seconds'"
                                        + " and last_access < extract(epoch from now()) * 1000 - 1500")
                        == SESSIONS);
        long now = Long.parseLong(String.valueOf(db.query("select (extract(epoch from now()) * 1000)::bigint")));
        long start = wal(db);
        visitors.parallelStream()
                .forEach(visitor ->
                        assertThat(visitor.on(nodes.one(), "/touched").touch()).isTrue());
        Await.until(
                "all touches are written",
                () -> db.count("tomcat_sessions where app_name like '%/touched' and last_access >= ?", now)
                        == SESSIONS);
        return wal(db) - start;
    }

    private static long wal(TestDatabase db) {
        return Long.parseLong(String.valueOf(db.query("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")));
    }
}
