package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.util.List;
import java.util.stream.Collectors;

/** Which sessions somebody wants to end. */
public sealed interface Selection {

    /** These sessions of one context. */
    record Named(ContextAddress context, List<Handle> handles) implements Selection {
        @Override
        public String scope() {
            return "handles";
        }
    }

    /** All that meet a filter. */
    record Matching(SessionScope in, SessionFilter filter) implements Selection {
        @Override
        public String scope() {
            return filter.isEmpty()
                    ? "all"
                    : filter.parameters().stream()
                            .map(parameter -> parameter.name() + "=" + parameter.value())
                            .collect(Collectors.joining("&"));
        }
    }

    /** In a line for the audit trail, without the context. */
    String scope();
}
