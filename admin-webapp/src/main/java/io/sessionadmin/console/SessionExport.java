package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionQuery;
import io.sessionadmin.console.model.SessionWalk;
import io.sessionadmin.console.model.SessionsFound;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All sessions that a filter takes, in the order of the list, written one after the other while they are read, however
 * many they are. There are handles in it and no session id.
 */
final class SessionExport {

    private static final List<String> COLUMNS = List.of(
            "handle",
            "host",
            "context",
            "state",
            "backup",
            "node",
            "user",
            "createdAt",
            "lastAccessedAt",
            "savedAt",
            "expiresAt",
            "bytes");

    private final EngineSessions sessions;
    private final SessionQuery query;
    private final Wording words;
    private final Writer out;

    SessionExport(EngineSessions sessions, SessionQuery query, Wording words, Writer out) {
        this.sessions = sessions;
        this.query = query;
        this.words = words;
        this.out = out;
    }

    /** <a href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</a>; what is missing stands in a last line of one cell. */
    void csv() throws IOException {
        out.write(COLUMNS.stream().collect(Collectors.joining(",")) + "\r\n");
        out.flush(); // to put them in order may take a while
        SessionWalk.Walked walked = each(values ->
                out.write(values.values().stream().map(SessionExport::cell).collect(Collectors.joining(",")) + "\r\n"));
        if (walked.runs() > 1) {
            out.write(cell(words.say("export.runs", walked.runs())) + "\r\n");
        }
        for (Reason problem : walked.problems()) {
            out.write(cell(words.say("export.incomplete", words.say(problem))) + "\r\n");
        }
    }

    /** An object with the sessions in it; {@code complete} stands behind them, as it is known then. */
    void json() throws IOException {
        out.write("{\"asOf\":" + string(words.now().toString()) + ",\"sort\":"
                + string(query.sort().word()) + ",\"sessions\":[");
        out.flush();
        boolean[] first = {true};
        SessionWalk.Walked walked = each(values -> {
            out.write(first[0] ? "\n" : ",\n");
            first[0] = false;
            out.write(values.entrySet().stream()
                    .map(field -> string(field.getKey()) + ":" + value(field.getValue()))
                    .collect(Collectors.joining(",", "{", "}")));
        });
        List<Reason> problems = walked.problems();
        out.write("\n],\"complete\":" + problems.isEmpty() + ",\"runs\":" + walked.runs() + ",\"problems\":"
                + problems.stream()
                        .map(words::say)
                        .map(SessionExport::string)
                        .collect(Collectors.joining(",", "[", "]"))
                + "}\n");
    }

    @FunctionalInterface
    private interface Line {
        void write(Map<String, @Nullable Object> values) throws IOException;
    }

    private SessionWalk.Walked each(Line line) throws IOException {
        try {
            return sessions.walk(query.scope(), query.filter(), query.sort(), item -> {
                        try {
                            line.write(values(item));
                            return true;
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .orElse(new SessionWalk.Walked(List.of(), 1));
        } catch (UncheckedIOException e) {
            throw e.getCause(); // the reader has gone
        }
    }

    private static Map<String, @Nullable Object> values(SessionsFound.Item item) {
        SessionEntry entry = item.entry();
        ContextAddress.Deployed deployed = item.context() instanceof ContextAddress.Deployed known ? known : null;
        SessionEntry.LiveBackup backup = entry.backup();
        Object[] values = {
            entry.handle().hex(),
            deployed == null ? null : deployed.host(),
            item.context().title(),
            entry.state().word(),
            backup == null || backup.state() == null
                    ? null
                    : backup.state().name().toLowerCase(java.util.Locale.ROOT),
            entry.node().orElse(null),
            entry.user().orElse(null),
            entry.created().orElse(null),
            entry.lastAccess(),
            savedAt(entry).orElse(null),
            entry.expires().orElse(null),
            entry.bytes().orElse(null)
        };
        Map<String, @Nullable Object> byName = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            byName.put(COLUMNS.get(i), values[i]);
        }
        return byName;
    }

    private static Optional<Instant> savedAt(SessionEntry entry) {
        return entry.row() == null || !entry.row().valid()
                ? Optional.empty()
                : Optional.ofNullable(entry.row().savedAt());
    }

    /**
     * What a person or an application named must not be taken for a formula by a spreadsheet
     * (<a href="https://owasp.org/www-community/attacks/CSV_Injection">CSV injection</a>): an apostrophe in front makes it text.
     */
    static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value.toString();
        String safe = !text.isEmpty() && "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20".indexOf(text.charAt(0)) >= 0
                ? "'" + text
                : text;
        boolean quoted = safe.chars().anyMatch(c -> c == ',' || c == ';' || c == '"' || c < ' ') || !safe.equals(text);
        return quoted ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }

    private static String value(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        return value instanceof Number ? value.toString() : string(value.toString());
    }

    /** A string of JSON, in ASCII. */
    static String string(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
