package io.sessionadmin.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpCookie;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Someone who uses the shop, with one set of cookies for all nodes, as a browser behind a load balancer has. May be
 * used by several threads, as a browser does with its tabs.
 */
public final class Visitor {
    private static final String SESSION = "JSESSIONID";
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private final Map<Cookie, String> cookies = new ConcurrentHashMap<>();
    private volatile Duration patience = Duration.ofSeconds(30);

    private record Cookie(String path, String name) {}

    /** This visitor at the shop of a node. */
    public Visit on(TomcatNode node) {
        return on(node, "/shop");
    }

    /** This visitor at a shop that is deployed elsewhere. */
    public Visit on(TomcatNode node, String contextPath) {
        return new Visit(this, node, contextPath);
    }

    /** How long to wait for an answer; 30 s without. */
    public Visitor patience(Duration patience) {
        this.patience = patience;
        return this;
    }

    /** The session's cookie for /shop, if the visitor has one. It is a credential: not for logs and messages. */
    public Optional<String> sessionCookie() {
        return sessionCookie("/shop");
    }

    /** The same for a shop that is deployed elsewhere. */
    public Optional<String> sessionCookie(String contextPath) {
        return Optional.ofNullable(cookies.get(new Cookie(contextPath, SESSION)));
    }

    /** The same browser a second time, say the one of a thief: the cookies are copied, later ones are not shared. */
    public Visitor copy() {
        var copy = new Visitor();
        copy.cookies.putAll(cookies);
        return copy;
    }

    /** Sends this session cookie to /shop from now on. */
    public Visitor withSessionCookie(String value) {
        return withSessionCookie("/shop", value);
    }

    /** Sends this session cookie to a shop that is deployed elsewhere from now on. */
    public Visitor withSessionCookie(String contextPath, String value) {
        cookies.put(new Cookie(contextPath, SESSION), value);
        return this;
    }

    public void forgetCookies() {
        cookies.clear();
    }

    /** Sends a request and answers whatever comes back; redirects are not followed. */
    HttpResponse<String> send(String method, TomcatNode node, String path, Map<String, String> form) {
        var request = HttpRequest.newBuilder(node.uri(path)).timeout(patience);
        String cookie = cookies.entrySet().stream()
                .filter(entry -> matches(entry.getKey(), path))
                .map(entry -> entry.getKey().name() + "=" + entry.getValue())
                .collect(Collectors.joining("; "));
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        if (method.equals("GET")) {
            request.GET();
        } else {
            request.header("Content-Type", "application/x-www-form-urlencoded")
                    .method(method, HttpRequest.BodyPublishers.ofString(encode(form)));
        }
        try {
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            response.headers().allValues("Set-Cookie").forEach(this::remember);
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(node + " did not answer " + method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private void remember(String header) {
        for (HttpCookie cookie : HttpCookie.parse(header)) {
            @Nullable String path = cookie.getPath();
            var key = new Cookie(path == null ? "/" : path, cookie.getName());
            if (cookie.getMaxAge() == 0) {
                cookies.remove(key);
            } else {
                cookies.put(key, cookie.getValue());
            }
        }
    }

    private static boolean matches(Cookie cookie, String path) {
        String prefix = cookie.path().endsWith("/") ? cookie.path() : cookie.path() + "/";
        return path.startsWith(prefix) || path.equals(cookie.path());
    }
}
