package io.sessionadmin.testbed.shop;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What tests do to a session, in plain text: {@code POST /api/VERB}. 204 stands for "there is none". With
 * {@code answer=...} a change is answered in one of the ways in which responses leave Tomcat early, see {@link Answer};
 * with {@code pause=...} a verb waits between reading and changing, see {@link Pause}.
 */
public final class ApiServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        String verb = request.getPathInfo() == null ? "" : request.getPathInfo().substring(1);
        Answer.asked(request).to(request, response, () -> run(verb, request));
    }

    private @Nullable String run(String verb, HttpServletRequest request) {
        return switch (verb) {
            case "get" -> get(request);
            case "names" -> names(request);
            case "user" -> user(request);
            case "isnew" -> String.valueOf(request.getSession().isNew());
            case "touch" -> request.getSession(false) == null ? null : "touched";
            case "nothing" -> "no session was looked at";
            case "events" -> SessionCounter.report();
            case "attributes" -> AttributeCounter.report();
            case "paused" -> Integer.toString(Pause.waiting());
            case "resume" -> {
                Pause.end();
                yield "resumed";
            }
            case "put" -> put(request, parameter(request, "value"));
            case "remove" -> remove(request);
            case "count" -> count(request, parameter(request, "name"));
            case "wish" -> wish(request);
            case "shelve" -> Shelf.put(parameter(request, "name"), request.getSession());
            case "countshelved" -> {
                String name = parameter(request, "name");
                Shelf.use(name, session -> count(session, name));
                yield "counted";
            }
            case "login" -> login(request, parameter(request, "user"));
            case "logout" -> logout(request);
            case "big" -> put(request, letters(Integer.parseInt(parameter(request, "kb")) * 1024));
            case "connection" -> put(request, new PooledConnection());
            case "hiddenconnection" -> put(request, new PooledConnection.Holder());
            case "poison" ->
                put(
                        request,
                        new Poison(
                                Poison.Kind.valueOf(parameter(request, "kind").toUpperCase(Locale.ROOT))));
            case "maxinactive" -> {
                request.getSession().setMaxInactiveInterval(Integer.parseInt(parameter(request, "seconds")));
                yield "set";
            }
            case "changeid" -> {
                request.getSession();
                request.changeSessionId();
                yield "changed";
            }
            default -> throw new IllegalArgumentException("No such verb: " + verb);
        };
    }

    private static @Nullable String get(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        Object value = session == null ? null : session.getAttribute(parameter(request, "name"));
        Pause.asked(request);
        return value == null ? null : value.toString();
    }

    private static @Nullable String names(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return null;
        }
        var names = Collections.list(session.getAttributeNames());
        Collections.sort(names);
        return String.join(",", names);
    }

    private static @Nullable String user(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session != null && session.getAttribute("user") instanceof User user ? user.name() : null;
    }

    private static String put(HttpServletRequest request, Object value) {
        HttpSession session = request.getSession();
        Pause.asked(request);
        session.setAttribute(parameter(request, "name"), value);
        return "put";
    }

    private static String remove(HttpServletRequest request) {
        HttpSession session = request.getSession();
        Pause.asked(request);
        session.removeAttribute(parameter(request, "name"));
        return "removed";
    }

    /** Changes an attribute's object in place, without setAttribute but for the first time. */
    private static String wish(HttpServletRequest request) {
        HttpSession session = request.getSession();
        String name = parameter(request, "name");
        Wishes wishes = session.getAttribute(name) instanceof Wishes old ? old : new Wishes();
        wishes.add(parameter(request, "occasion"), parameter(request, "wish"));
        if (session.getAttribute(name) == null) {
            session.setAttribute(name, wishes);
        }
        return wishes.toString();
    }

    private static String count(HttpServletRequest request, String name) {
        HttpSession session = request.getSession();
        int next = next(session, name);
        Pause.asked(request);
        session.setAttribute(name, next);
        return Integer.toString(next);
    }

    private static void count(HttpSession session, String name) {
        session.setAttribute(name, next(session, name));
    }

    private static int next(HttpSession session, String name) {
        return session.getAttribute(name) instanceof Integer count ? count + 1 : 1;
    }

    private static String login(HttpServletRequest request, String user) {
        request.getSession();
        request.changeSessionId();
        request.getSession().setAttribute("user", new User(user, Instant.now()));
        request.getSession().setAttribute("username", user);
        return "logged in";
    }

    private static @Nullable String logout(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return null;
        }
        session.invalidate();
        return "logged out";
    }

    /** Letters that don't compress well, the same each time. */
    private static String letters(int length) {
        return new Random(length)
                .ints(length, 'A', 'z' + 1)
                .collect(StringBuilder::new, (text, letter) -> text.append((char) letter), StringBuilder::append)
                .toString();
    }

    private static String parameter(HttpServletRequest request, String name) {
        String value = request.getParameter(name);
        if (value == null) {
            throw new IllegalArgumentException("Parameter " + name + " is missing");
        }
        return value;
    }
}
