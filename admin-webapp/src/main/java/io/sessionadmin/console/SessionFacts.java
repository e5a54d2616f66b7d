package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.LiveSession;
import io.sessionadmin.console.model.SessionDetail;
import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionState;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.stream.SessionHead;
import io.sessionadmin.table.RowFacts;
import io.sessionadmin.table.StoredRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of a session beside its attributes, line by line. */
final class SessionFacts {

    /** @param name for tests and scripts */
    public record Fact(String name, String label, String value) {}

    private final SessionDetail detail;
    private final SessionEntry entry;
    private final Wording words;
    private final List<Fact> facts = new ArrayList<>();

    private SessionFacts(SessionDetail detail, Wording words) {
        this.detail = detail;
        this.entry = detail.entry();
        this.words = words;
    }

    /** Of the session itself. */
    static List<Fact> ofSession(ContextAddress context, SessionDetail detail, Wording words) {
        SessionFacts found = new SessionFacts(detail, words);
        found.session(context);
        return List.copyOf(found.facts);
    }

    /** Of its row or file; empty when there is none. */
    static List<Fact> ofRow(SessionDetail detail, Wording words) {
        SessionFacts found = new SessionFacts(detail, words);
        StoredRow row = detail.entry().row();
        if (row != null) {
            found.row(row);
        }
        return List.copyOf(found.facts);
    }

    private void add(String name, String value) {
        facts.add(new Fact(name, words.say("fact." + name), value));
    }

    // ------------------------------------------------------------------ the session

    private void session(ContextAddress context) {
        if (entry.state() != SessionState.INVALIDATED) {
            add("user", entry.user().orElse(words.say("user.unknown")));
            String authType = authType();
            if (authType != null) {
                add("auth-type", authType);
            }
            SessionHead head = entry.head();
            if (head != null && head.principalClass() != null) {
                add("principal", head.principalClass());
            }
            add("idle", words.age(entry.lastAccess()));
            add("max-inactive", maxInactive());
            add("time-to-live", SessionsPage.timeToLive(entry, words));
        }
        SessionEntry.LiveBackup backup = entry.backup();
        if (backup != null && backup.known().failure() != null) {
            SessionBackup.Failure failure = backup.known().failure();
            add("last-failure", words.say("fact.failure", failure.reason(), failure.tries()));
        }
        if (context instanceof ContextAddress.Deployed deployed) {
            add("host", deployed.host());
        }
    }

    private @Nullable String authType() {
        LiveSession live = entry.live();
        SessionHead head = entry.head();
        return live != null ? live.authType().orElse(null) : head == null ? null : head.authType();
    }

    private String maxInactive() {
        LiveSession live = entry.live();
        StoredRow row = entry.row();
        int seconds = live != null ? live.maxInactive() : row == null ? 0 : row.maxInactive();
        return maxInactive(seconds);
    }

    private String maxInactive(int seconds) {
        return seconds <= 0 ? words.say("time.never") : words.duration(Duration.ofSeconds(seconds));
    }

    // ------------------------------------------------------------------ its row

    private void row(StoredRow row) {
        RowFacts facts = detail.facts();
        String unknown = words.say("figure.unknown");
        if (row.valid()) {
            add("size", words.size(row.bytes()));
        }
        if (facts != null) {
            add("version", facts.version() == 0 ? words.say("fact.version.tomcat") : words.number(facts.version()));
        }
        Instant saved = row.savedAt();
        add("saved-at", saved == null ? unknown : words.say("fact.when", words.moment(saved), words.ago(saved)));
        String node = row.node();
        if (facts != null || node != null) {
            add("saved-by", node == null ? unknown : node);
        }
        if (row.valid()) {
            add("row-access", words.say("fact.when", words.moment(row.lastAccess()), words.ago(row.lastAccess())));
            add("row-max-inactive", maxInactive(row.maxInactive()));
        }
        if (facts != null) {
            add("reap-after", reapAfter(facts.reapAfter()));
        }
    }

    private String reapAfter(@Nullable Instant reapAfter) {
        if (reapAfter == null) {
            return words.say("fact.reapAfter.never");
        }
        return reapAfter.isBefore(words.now())
                ? words.say("fact.reapAfter.next")
                : words.say("fact.reapAfter.at", words.moment(reapAfter));
    }
}
