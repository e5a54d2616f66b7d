package io.sessionadmin.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sessionadmin.console.model.BadParameterException;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.console.model.Selection;
import io.sessionadmin.console.model.SessionCursor;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionQuery;
import io.sessionadmin.table.AuditTable;
import io.sessionadmin.table.Handle;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a request asks for: parsed once, and the one place that builds links. A session id is never in one. */
sealed interface ConsoleView {

    /** What its user has to be allowed. */
    default Permission needs() {
        return Permission.VIEW;
    }

    /**
     * GET: all contexts.
     *
     * @param refresh after so many seconds the browser reads it again; 0: never
     */
    record Overview(int refresh) implements ConsoleView {

        private static final int SHORTEST = 10;
        private static final int LONGEST = 3_600;

        /** As it is at first: it stays as it is. */
        Overview() {
            this(0);
        }

        static Overview of(Map<String, String[]> parameters) {
            try {
                int seconds = Integer.parseInt(one(parameters, "refresh").orElse("0"));
                return new Overview(seconds <= 0 ? 0 : Math.max(SHORTEST, Math.min(LONGEST, seconds)));
            } catch (NumberFormatException e) {
                return new Overview();
            }
        }

        String href(String root) {
            return root + "/" + (refresh == 0 ? "" : "?refresh=" + refresh);
        }
    }

    /** GET: sessions of one context or of all. */
    record Sessions(SessionQuery query) implements ConsoleView {

        /** All sessions of a context; null: of all. */
        Sessions(@Nullable ContextAddress context, @Nullable SessionCursor after) {
            this(SessionQuery.of(context).behind(after));
        }

        /** Those that a filter takes. */
        static Sessions of(@Nullable ContextAddress context, SessionFilter filter) {
            return new Sessions(SessionQuery.of(context).with(filter));
        }

        String href(String root) {
            return root + "/sessions" + address(query, "");
        }
    }

    /** How sessions are written to a file. */
    enum Format {
        CSV("text/csv"),
        JSON("application/json");

        private final String type;

        Format(String type) {
            this.type = type;
        }

        String type() {
            return type;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** GET: the same sessions in the same order, all of them, for other programs. */
    record Export(SessionQuery query, Format format) implements ConsoleView {
        String href(String root) {
            SessionQuery all = query.behind(null).atMost(SessionQuery.LIMIT);
            return root + "/sessions/export" + address(all, "format=" + format.word());
        }
    }

    /** GET: one session. */
    record Session(ContextAddress context, Handle handle) implements ConsoleView {
        String href(String root) {
            return root + "/sessions/" + handle.hex() + "?" + query(context);
        }
    }

    /** POST: asks whether these sessions shall end. */
    record Confirm(Selection selection) implements ConsoleView {
        @Override
        public Permission needs() {
            return Permission.OPERATE;
        }

        static String href(String root) {
            return root + "/sessions/confirm";
        }
    }

    /**
     * POST: ends these sessions.
     *
     * @param expected how many the page showed; empty where it shows them all
     * @param typed the number as it was typed; may be empty
     * @param reason why; may be empty
     */
    record Invalidate(Selection selection, OptionalInt expected, String typed, String reason) implements ConsoleView {
        @Override
        public Permission needs() {
            return Permission.OPERATE;
        }

        static String href(String root) {
            return root + "/sessions/invalidate";
        }
    }

    /** GET: how far sessions have been ended. */
    record Job(String id) implements ConsoleView {
        String href(String root) {
            return root + "/jobs/" + id;
        }
    }

    /** POST: ends no further sessions. */
    record StopJob(String id) implements ConsoleView {
        @Override
        public Permission needs() {
            return Permission.OPERATE;
        }

        static String href(String root, String id) {
            return root + "/jobs/" + id + "/stop";
        }
    }

    /** GET: what administrators did. */
    record Activity(AuditTable.Query query, AuditTable.@Nullable Cursor after) implements ConsoleView {
        String href(String root) {
            return root + "/activity" + EndingRequest.query(query, after);
        }
    }

    /** What can be done to one live session, beside ending it. */
    enum Action {
        BACK_UP("/sessions/backup"),
        REMOVE_ATTRIBUTE("/sessions/attribute");

        private final String path;

        Action(String path) {
            this.path = path;
        }

        String href(String root) {
            return root + path;
        }
    }

    /**
     * POST: does something to a live session, or asks whether it shall.
     *
     * @param attribute the attribute's name; empty for what is not about one
     * @param confirmed whether the question was answered
     */
    record Act(ContextAddress context, Handle handle, Action action, String attribute, boolean confirmed)
            implements ConsoleView {
        @Override
        public Permission needs() {
            return Permission.OPERATE;
        }
    }

    /** POST: finds a session by its id, which is a credential and stays out of URLs; in all contexts when none is named. */
    record Lookup(@Nullable ContextAddress context, String id) implements ConsoleView {
        static String href(String root) {
            return root + "/sessions/lookup";
        }

        @Override
        public String toString() {
            return "Lookup[context=" + context + "]";
        }
    }

    /** GET: what is wrong with the settings, and what they are. */
    record Health() implements ConsoleView {
        String href(String root) {
            return root + "/health";
        }
    }

    /** Something that the console does not do. */
    record Refused(ConsoleFailure failure, Reason reason) implements ConsoleView {
        Refused(ConsoleFailure failure) {
            this(failure, Reason.NONE);
        }
    }

    /**
     * @param path behind the context path, decoded
     * @param parameters of the query and of the form
     */
    static ConsoleView parse(String method, String path, Map<String, String[]> parameters) {
        boolean get = method.equals("GET") || method.equals("HEAD");
        boolean post = method.equals("POST");
        return switch (path) {
            case "", "/" -> get ? Overview.of(parameters) : wrongMethod();
            case "/health" -> get ? new Health() : wrongMethod();
            case "/sessions" -> get ? sessions(parameters) : wrongMethod();
            case "/sessions/export" -> get ? export(parameters) : wrongMethod();
            case "/sessions/confirm" -> post ? EndingRequest.confirm(parameters) : wrongMethod();
            case "/sessions/invalidate" -> post ? EndingRequest.invalidate(parameters) : wrongMethod();
            case "/sessions/backup" -> post ? act(parameters, Action.BACK_UP) : wrongMethod();
            case "/sessions/attribute" -> post ? act(parameters, Action.REMOVE_ATTRIBUTE) : wrongMethod();
            case "/sessions/lookup" -> post ? lookup(parameters) : wrongMethod();
            case "/activity" -> get ? EndingRequest.activity(parameters) : wrongMethod();
            default -> {
                if (!path.startsWith("/sessions/")) {
                    yield EndingRequest.job(path, get, post).orElse(new Refused(ConsoleFailure.NO_SUCH_PAGE));
                }
                yield get ? session(path.substring("/sessions/".length()), parameters) : wrongMethod();
            }
        };
    }

    private static ConsoleView sessions(Map<String, String[]> parameters) {
        try {
            return new Sessions(SessionQuery.parse(parameters, Set.of()));
        } catch (BadParameterException e) {
            return new Refused(ConsoleFailure.BAD_REQUEST, e.reason());
        }
    }

    private static ConsoleView export(Map<String, String[]> parameters) {
        String format = one(parameters, "format").orElse("");
        try {
            SessionQuery query = SessionQuery.parse(parameters, Set.of("format"));
            if (query.after() != null || query.limit() != SessionQuery.LIMIT) {
                return new Refused(ConsoleFailure.BAD_REQUEST, Reason.of("refused.export"));
            }
            return Stream.of(Format.values())
                    .filter(each -> each.word().equals(format))
                    .<ConsoleView>map(each -> new Export(query, each))
                    .findFirst()
                    .orElseGet(ConsoleView::badRequest);
        } catch (BadParameterException e) {
            return new Refused(ConsoleFailure.BAD_REQUEST, e.reason());
        }
    }

    private static ConsoleView session(String name, Map<String, String[]> parameters) {
        Optional<Handle> handle = Handle.parse(name);
        if (handle.isEmpty()) {
            return new Refused(ConsoleFailure.NO_SUCH_PAGE);
        }
        return context(parameters)
                .<ConsoleView>map(context -> new Session(context, handle.get()))
                .orElseGet(ConsoleView::badRequest);
    }

    private static ConsoleView act(Map<String, String[]> parameters, Action action) {
        Optional<ContextAddress> context = context(parameters);
        Optional<Handle> handle = one(parameters, "handle").flatMap(Handle::parse);
        Optional<String> attribute = action == Action.REMOVE_ATTRIBUTE ? one(parameters, "attribute") : Optional.of("");
        boolean confirmed = one(parameters, "confirmed").isPresent();
        return context.isEmpty() || handle.isEmpty() || attribute.isEmpty()
                ? badRequest()
                : new Act(context.get(), handle.get(), action, attribute.get(), confirmed);
    }

    /** Whether a form can carry this name: what holds controls, or is endless, it can't. */
    static boolean canCarry(String name) {
        return name.length() <= 2_000 && !hasControls(name);
    }

    private static ConsoleView lookup(Map<String, String[]> parameters) {
        Optional<ContextAddress> context = context(parameters);
        boolean all = Stream.of("app", "host", "context").noneMatch(parameters::containsKey);
        String id = one(parameters, "id").orElse("").strip();
        return (context.isEmpty() && !all) || id.isEmpty() || id.length() > 1_000
                ? badRequest()
                : new Lookup(context.orElse(null), id);
    }

    /** Either a host and a context of it, or the name that rows carry. */
    static Optional<ContextAddress> context(Map<String, String[]> parameters) {
        Optional<String> app = one(parameters, "app");
        if (app.isPresent()) {
            return app.filter(name -> !name.isEmpty()).map(ContextAddress.Orphan::new);
        }
        Optional<String> host = one(parameters, "host");
        Optional<String> context = one(parameters, "context");
        if (host.isEmpty()
                || host.get().isEmpty()
                || context.isEmpty()
                || !context.get().startsWith("/")) {
            return Optional.empty();
        }
        return Optional.of(new ContextAddress.Deployed(host.get(), context.get()));
    }

    /** The parameter, if it is there once and holds nothing that no name holds. */
    private static Optional<String> one(Map<String, String[]> parameters, String name) {
        String[] values = parameters.get(name);
        return values == null || values.length != 1 || !canCarry(values[0]) ? Optional.empty() : Optional.of(values[0]);
    }

    private static boolean hasControls(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    private static String query(ContextAddress context) {
        return context instanceof ContextAddress.Deployed deployed
                ? "host=" + encode(deployed.host()) + "&context=" + encode(deployed.name())
                : "app=" + encode(((ContextAddress.Orphan) context).app());
    }

    private static String address(SessionQuery query, String more) {
        List<String> parts = new ArrayList<>();
        ContextAddress context = query.scope().address();
        if (context != null) {
            parts.add(query(context));
        }
        query.parameters().forEach(parameter -> parts.add(parameter.name() + "=" + encode(parameter.value())));
        if (!more.isEmpty()) {
            parts.add(more);
        }
        return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("%2F", "/");
    }

    private static ConsoleView badRequest() {
        return new Refused(ConsoleFailure.BAD_REQUEST);
    }

    private static ConsoleView wrongMethod() {
        return new Refused(ConsoleFailure.WRONG_METHOD);
    }
}
