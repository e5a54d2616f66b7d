package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.Invalidations.Start;
import io.sessionadmin.console.model.JobStatus;
import io.sessionadmin.console.model.Preview;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.console.model.Selection;
import io.sessionadmin.console.model.UnfinishedException;
import io.sessionadmin.table.Handle;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The part of an exchange that ends sessions: asks, begins, and tells how far it is. */
final class EndingExchange {

    /** A few sessions have ended by then, so that the first page says how. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private static final int ACTIONS_ON_A_PAGE = 50;

    private final Console console;
    private final Exchange exchange;
    private final HttpServletRequest request;
    private final Wording words;
    private final String root;

    EndingExchange(Console console, Exchange exchange, HttpServletRequest request, Wording words, String root) {
        this.console = console;
        this.exchange = exchange;
        this.request = request;
        this.words = words;
        this.root = root;
    }

    void confirm(ConsoleView.Confirm view) throws IOException {
        Optional<Preview> preview;
        try {
            preview = console.invalidations().preview(view.selection(), own());
        } catch (UnfinishedException e) {
            exchange.fail(ConsoleFailure.CANNOT_INVALIDATE, words.say(e.reason()), contextOf(view.selection()));
            return;
        }
        if (preview.isEmpty()) {
            exchange.fail(ConsoleFailure.CANNOT_INVALIDATE, "", contextOf(view.selection()));
        } else if (preview.get().count() == 0) {
            nothing(preview.get());
        } else {
            show(preview.get(), "", "");
        }
    }

    /** For a page that is about something else; empty also when it takes too long. */
    private Optional<Preview> again(Selection selection) {
        try {
            return console.invalidations().preview(selection, own());
        } catch (UnfinishedException e) {
            return Optional.empty();
        }
    }

    /** Why nothing of this can be ended. */
    private void nothing(Preview preview) throws IOException {
        ContextAddress context = contextOf(preview.selection());
        if (preview.own() > 0) {
            exchange.fail(ConsoleFailure.OWN_SESSION, "", context);
        } else if (preview.problems().isEmpty()) {
            boolean named = preview.selection() instanceof Selection.Named;
            String unseen = preview.unseen().stream().map(words::say).collect(Collectors.joining(" "));
            exchange.fail(named ? ConsoleFailure.SESSION_GONE : ConsoleFailure.NOTHING_MATCHES, unseen, context);
        } else {
            exchange.fail(
                    ConsoleFailure.STORE_SILENT, words.say(preview.problems().get(0)), context);
        }
    }

    private void show(Preview preview, String drift, String reason) throws IOException {
        ConfirmPage page = ConfirmPage.of(preview, drift, reason, exchange::scope, exchange.token(), root, words);
        exchange.show("confirm", page.question(), page);
    }

    void invalidate(ConsoleView.Invalidate view) throws IOException {
        if (view.expected().orElse(0) > Preview.TYPED_ABOVE
                && !view.typed().equals(Integer.toString(view.expected().getAsInt()))) {
            Optional<Preview> preview = again(view.selection());
            if (preview.isPresent() && preview.get().count() > 0) {
                exchange.status(409);
                show(preview.get(), words.say("confirm.notTyped"), view.reason());
                return;
            }
        }
        Start start = console.invalidations()
                .start(view.selection(), view.expected(), view.reason(), exchange.actor(), own());
        if (start instanceof Start.Started started) {
            console.invalidations().await(started.job(), PATIENCE);
            exchange.seeOther(new ConsoleView.Job(started.job()).href(root));
        } else if (start instanceof Start.Drifted drifted && drifted.now().count() > 0) {
            exchange.status(409);
            show(drifted.now(), words.say("confirm.drifted", view.expected().orElse(0)), view.reason());
        } else if (start instanceof Start.Drifted drifted) {
            nothing(drifted.now());
        } else if (start instanceof Start.Refused refused) {
            refuse(view, refused.reason());
        }
    }

    private void refuse(ConsoleView.Invalidate view, Reason reason) throws IOException {
        Optional<Preview> preview = again(view.selection());
        if (preview.isPresent() && preview.get().count() == 0) {
            nothing(preview.get());
        } else {
            exchange.fail(ConsoleFailure.CANNOT_INVALIDATE, words.say(reason), contextOf(view.selection()));
        }
    }

    void job(ConsoleView.Job view) throws IOException {
        Optional<JobStatus> status = console.invalidations().job(view.id());
        if (status.isEmpty()) {
            exchange.fail(ConsoleFailure.NO_SUCH_JOB);
            return;
        }
        boolean may = Permission.OPERATE.isGranted(request);
        JobPage page = JobPage.of(status.get(), may, exchange::scope, exchange.token(), root, words);
        exchange.show("job", page.title(), page);
    }

    void stop(ConsoleView.StopJob view) throws IOException {
        if (console.invalidations().stop(view.id())) {
            console.invalidations().await(view.id(), PATIENCE);
            exchange.seeOther(new ConsoleView.Job(view.id()).href(root));
        } else {
            exchange.fail(ConsoleFailure.NO_SUCH_JOB);
        }
    }

    void activity(ConsoleView.Activity view) throws IOException {
        ActivityPage page =
                ActivityPage.of(view, console.audit().page(view.query(), view.after(), ACTIONS_ON_A_PAGE), root, words);
        exchange.show("activity", words.say("activity.title"), page);
    }

    private static @Nullable ContextAddress contextOf(Selection selection) {
        return selection instanceof Selection.Named named
                ? named.context()
                : ((Selection.Matching) selection).in().address();
    }

    /** The sessions of applications that the administrator's own browser is in. */
    private Set<Handle> own() {
        Cookie[] cookies = request.getCookies();
        if (cookies == null) {
            return Set.of();
        }
        Map<String, List<String>> values = new HashMap<>();
        for (Cookie cookie : cookies) {
            values.computeIfAbsent(cookie.getName(), name -> new ArrayList<>()).add(cookie.getValue());
        }
        return console.sessions().sessionsOf(values);
    }
}
