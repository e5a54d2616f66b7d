package io.sessionadmin.console;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a browser says of where a request comes from, by
 * <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata</a> and the Origin header. Programs say nothing; no page of
 * another site can leave it out.
 *
 * @param site Sec-Fetch-Site; null when it is not there, as with all others
 */
public record FetchMetadata(
        @Nullable String site,
        @Nullable String mode,
        @Nullable String origin,
        @Nullable String host) {

    public static FetchMetadata of(HttpServletRequest request) {
        return new FetchMetadata(
                request.getHeader("Sec-Fetch-Site"),
                request.getHeader("Sec-Fetch-Mode"),
                request.getHeader("Origin"),
                request.getHeader("Host"));
    }

    /**
     * Whether a page of another origin has to do with it. Pages that allow no referrer, as those of the console, send
     * "null" as their <a href="https://fetch.spec.whatwg.org/#append-a-request-origin-header">origin</a>.
     */
    boolean isFromElsewhere() {
        return (site != null && !site.equals("same-origin") && !site.equals("none"))
                || (origin != null && !origin.equals("null") && !origin.endsWith("://" + host));
    }

    /** Whether a browser sends it, wherever it stands. */
    public boolean isFromBrowser() {
        return site != null || mode != null || origin != null;
    }

    /** Whether a person has typed the address, or followed a link of the console itself. */
    public boolean isPersonReading() {
        return origin == null
                && "navigate".equals(mode)
                && (site == null || site.equals("none") || site.equals("same-origin"));
    }
}
