package io.sessionadmin.testbed;

import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A visitor at one shop: what they can do there. An answer other than 2xx or 3xx is an exception. */
public final class Visit {
    private final Visitor visitor;
    private final TomcatNode node;
    private final String context;
    private final Map<String, String> wanted;

    Visit(Visitor visitor, TomcatNode node, String context) {
        this(visitor, node, context, Map.of());
    }

    private Visit(Visitor visitor, TomcatNode node, String context, Map<String, String> wanted) {
        this.visitor = visitor;
        this.node = node;
        this.context = context;
        this.wanted = wanted;
    }

    /** Asks for another kind of response: plain, exact, flushed, closed, large, redirect, error, async and more. */
    public Visit answering(String kind) {
        return wanting("answer", kind);
    }

    /** Lets get, put, remove and count wait between reading and changing, until {@link #resume()} or that time is over. */
    public Visit pausing(int milliseconds) {
        return wanting("pause", Integer.toString(milliseconds));
    }

    /** How many requests of this context wait now, whoever's they are. */
    public int paused() {
        return Integer.parseInt(String.valueOf(api("paused")));
    }

    /** Lets the requests of this context go on that wait now, whoever's they are. */
    public void resume() {
        api("resume");
    }

    public void put(String name, String value) {
        api("put", "name", name, "value", value);
    }

    /** The attribute as text; null when there is no session or no such attribute. */
    public @Nullable String get(String name) {
        return api("get", "name", name);
    }

    public void remove(String name) {
        api("remove", "name", name);
    }

    /** The names of all attributes, sorted and with commas; null when there is no session. */
    public @Nullable String names() {
        return api("names");
    }

    /** Adds one to a counter and answers what it is now. */
    public int count(String name) {
        return Integer.parseInt(String.valueOf(api("count", "name", name)).strip());
    }

    /** Adds to a list that is in a bean that is in the session, and is changed in place. */
    public void wish(String name, String occasion, String wish) {
        api("wish", "name", name, "occasion", occasion, "wish", wish);
    }

    /** Keeps the session's Accessor on this node under that name; false where sessions have none. */
    public boolean shelve(String name) {
        return api("shelve", "name", name) != null;
    }

    /** Adds one to the counter of that name in the session whose Accessor has it, whoever asks. */
    public void countShelved(String name) {
        api("countshelved", "name", name);
    }

    /** The application's own login: changes the session id and puts a bean into the session. */
    public void login(String user) {
        api("login", "user", user);
    }

    /** Who is logged in to the application; null for nobody. */
    public @Nullable String user() {
        return api("user");
    }

    /** Invalidates the session, if there is one. */
    public void logout() {
        api("logout");
    }

    /** Puts letters of that size into the session. */
    public void big(String name, int kilobytes) {
        api("big", "name", name, "kb", Integer.toString(kilobytes));
    }

    /** Puts a Serializable bean into the session that holds something that is not. */
    public void putHiddenConnection(String name) {
        api("hiddenconnection", "name", name);
    }

    /** Puts something into the session that is not Serializable; only {@link ShopWar#notDistributable()} takes it. */
    public void putConnection(String name) {
        api("connection", "name", name);
    }

    /** Puts a bean that fails: none, write_io, write_runtime, write_error, read_io, read_runtime, read_error. */
    public void putPoison(String name, String kind) {
        api("poison", "name", name, "kind", kind);
    }

    public void maxInactive(int seconds) {
        api("maxinactive", "seconds", Integer.toString(seconds));
    }

    public void changeSessionId() {
        api("changeid");
    }

    /** Looks the session up and changes nothing; false when there is none. */
    public boolean touch() {
        return api("touch") != null;
    }

    /** A request that does not look at the session. */
    public void passBy() {
        api("nothing");
    }

    /** Puts an item of the shop into the cart: book, lamp, mug, chair, plant, radio. */
    public void addToCart(String item) {
        body(post("/cart", "item", item));
    }

    /** The cart as in {@code 2 book, 1 mug}; null when there is none. */
    public @Nullable String cart() {
        return body(get0("/cart"));
    }

    /** The container's FORM login; answers the user whom the container now knows. */
    public String formLogin(String user) {
        get0("/members");
        HttpResponse<String> checked = post("/j_security_check", "j_username", user, "j_password", node.password());
        if (checked.statusCode() / 100 != 3) {
            throw new IllegalStateException("FORM login was refused: " + checked.statusCode());
        }
        return String.valueOf(remoteUser());
    }

    /** Whom the container knows; null when it asks for a login. */
    public @Nullable String remoteUser() {
        String page = String.valueOf(body(get0("/members")));
        var member =
                java.util.regex.Pattern.compile("<p id=\"member\">(.*?)</p>").matcher(page);
        return member.find() ? member.group(1) : null;
    }

    /** What the shop's session listener has counted on this node: {@code created=1 destroyed=0 renamed=0}. */
    public String events() {
        return String.valueOf(api("events"));
    }

    /** What its attribute listener has counted on this node: {@code added=1 replaced=0 removed=0}. */
    public String attributeEvents() {
        return String.valueOf(api("attributes"));
    }

    /** A GET below the shop's path; whatever comes back. */
    public HttpResponse<String> request(String path) {
        return get0(path);
    }

    /** A POST below the shop's path with names and values; whatever comes back. */
    public HttpResponse<String> post(String path, String... namesAndValues) {
        var form = new LinkedHashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        form.putAll(wanted);
        return visitor.send("POST", node, context + path, form);
    }

    private Visit wanting(String name, String value) {
        var more = new LinkedHashMap<>(wanted);
        more.put(name, value);
        return new Visit(visitor, node, context, more);
    }

    private @Nullable String api(String verb, String... namesAndValues) {
        return body(post("/api/" + verb, namesAndValues));
    }

    private HttpResponse<String> get0(String path) {
        return visitor.send("GET", node, context + path, Map.of());
    }

    private @Nullable String body(HttpResponse<String> response) {
        boolean asked = "error".equals(wanted.get("answer")) && response.statusCode() == 409;
        if (response.statusCode() >= 400 && !asked) {
            throw new IllegalStateException(node + " answered " + response.statusCode() + " to "
                    + response.request().method() + " "
                    + response.request().uri().getPath() + ": "
                    + response.body().replaceAll("<style.*?</style>|<[^>]*>", " ") + node.tail());
        }
        return response.statusCode() == 204 ? null : response.body();
    }
}
