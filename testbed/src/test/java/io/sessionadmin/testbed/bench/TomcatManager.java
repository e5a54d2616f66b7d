package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TomcatNode;
import java.io.IOException;
import java.net.CookieManager;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A browser at Tomcat's own Manager, whose links work once and in one session. */
final class TomcatManager {

    private final TomcatNode node;
    private final HttpClient browser =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

    TomcatManager(TomcatNode node) {
        this.node = node;
    }

    /** How large the page of a context's sessions is, bytes. */
    int sessions(String contextPath) throws IOException, InterruptedException {
        String list = new String(get("/manager/html"), StandardCharsets.UTF_8)
                .replace("&#47;", "/")
                .replace("&amp;", "&");
        Matcher link = Pattern.compile("\"(/manager/html/sessions[^\"]*path=" + contextPath + "[^\"]*)\"")
                .matcher(list);
        if (!link.find()) {
            throw new IllegalStateException("Tomcat's Manager has no link to the sessions of " + contextPath);
        }
        return get(link.group(1)).length;
    }

    private byte[] get(String path) throws IOException, InterruptedException {
        String credentials = TomcatNode.ADMIN + ":" + node.password();
        HttpRequest request = HttpRequest.newBuilder(node.uri(path))
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
                .build();
        var response = browser.send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(path + " is answered " + response.statusCode());
        }
        return response.body();
    }
}
