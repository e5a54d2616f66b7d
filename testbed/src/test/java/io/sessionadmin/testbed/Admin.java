package io.sessionadmin.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An admin of a node who knows the console's pages by heart and reads them without a browser. */
final class Admin {

    private static final Pattern ROW =
            Pattern.compile("data-handle=\"([0-9a-f]{32})\" data-state=\"([a-z-]+)\" data-backup=\"([a-z-]*)\"");
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");
    private static final Pattern NEXT = Pattern.compile("id=\"next\"[^>]* href=\"([^\"]+)\"");

    /** A line of a list. */
    record Row(String handle, String state, String backup) {}

    private final TomcatNode node;

    Admin(TomcatNode node) {
        this.node = node;
    }

    static String list(String context) {
        return "/session-admin/sessions?host=localhost&context=" + context;
    }

    static String detail(String context, String handle) {
        return "/session-admin/sessions/" + handle + "?host=localhost&context=" + context;
    }

    String page(String path) {
        HttpResponse<String> response = request("GET", path, BodyPublishers.noBody());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(path + ": " + response.statusCode() + node.tail());
        }
        return response.body();
    }

    /** All rows of a context's list, over all pages. */
    List<Row> rows(String context) {
        var rows = new ArrayList<Row>();
        String path = list(context);
        while (!path.isEmpty()) {
            String page = page(path);
            Matcher row = ROW.matcher(page);
            while (row.find()) {
                rows.add(new Row(row.group(1), row.group(2), row.group(3)));
            }
            Matcher next = NEXT.matcher(page);
            path = next.find() ? next.group(1).replace("&amp;", "&") : "";
        }
        return rows;
    }

    /** A figure of a context on the overview, as it stands there. */
    String figure(String context, String name) {
        String page = page("/session-admin/");
        int row = page.indexOf("data-context=\"" + context + "\"");
        Matcher cell = Pattern.compile("data-figure=\"" + name + "\"[^>]*>(.*?)</td>", Pattern.DOTALL)
                .matcher(page);
        if (row < 0 || !cell.find(row)) {
            throw new AssertionError("no figure " + name + " of " + context + " in " + page);
        }
        return cell.group(1).replaceAll("<[^>]*>", " ").strip();
    }

    /** Ticks, confirms, and answers the page with the result. */
    String invalidate(String context, List<String> handles) {
        String token = token(context);
        String form = form(token, context, handles);
        String confirmation = request("POST", "/session-admin/sessions/confirm", BodyPublishers.ofString(form))
                .body();
        if (!confirmation.contains("id=\"question\"")) {
            throw new AssertionError("no question: " + confirmation);
        }
        return end(form);
    }

    /** Ends what a form means, and answers the page that says how; or the page that refuses. */
    String end(String form) {
        HttpResponse<String> answer =
                request("POST", "/session-admin/sessions/invalidate", BodyPublishers.ofString(form));
        return answer.headers().firstValue("Location").map(this::page).orElse(answer.body());
    }

    String token(String context) {
        Matcher token = TOKEN.matcher(page(list(context)));
        if (!token.find()) {
            throw new AssertionError("the list has no token");
        }
        return token.group(1);
    }

    static String form(String token, String context, List<String> handles) {
        var form = new StringBuilder("csrf=" + encode(token) + "&host=localhost&context=" + encode(context));
        handles.forEach(handle -> form.append("&handle=").append(handle));
        return form.toString();
    }

    HttpResponse<String> request(String method, String path, BodyPublisher body, String... headers) {
        return request(TomcatNode.ADMIN, method, path, body, headers);
    }

    HttpResponse<String> request(String user, String method, String path, BodyPublisher body, String... headers) {
        String credentials =
                Base64.getEncoder().encodeToString((user + ":" + node.password()).getBytes(StandardCharsets.UTF_8));
        var request = HttpRequest.newBuilder(node.uri(path))
                .header("Authorization", "Basic " + credentials)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .method(method, body);
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
