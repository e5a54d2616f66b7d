package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ChangesTest {

    private final Changes changes = new Changes();

    @Test
    void nothingHasChangedAtFirst() {
        assertThat(changes.any()).isFalse();
        assertThat(changes.has("cart")).isFalse();
        assertThat(changes.hasRest()).isFalse();
    }

    @Test
    void aSaveSettlesWhatWasMarkedBeforeIt() {
        changes.mark("cart");
        changes.markRest();
        changes.settle(changes.upTo());

        assertThat(changes.any()).isFalse();
        assertThat(changes.has("cart")).isFalse();
        assertThat(changes.hasRest()).isFalse();
    }

    @Test
    void whatIsMarkedWhileASaveIsUnderWayOutlivesIt() {
        changes.mark("cart");
        changes.mark("seen");
        int upTo = changes.upTo();
        changes.mark("cart"); // once more
        changes.markRest();
        changes.settle(upTo);

        assertThat(changes.has("cart")).isTrue();
        assertThat(changes.has("seen")).isFalse();
        assertThat(changes.hasRest()).isTrue();
        assertThat(changes.any()).isTrue();
    }

    @Test
    void theRestIsNoAttribute() {
        changes.markRest();
        int upTo = changes.upTo();
        changes.mark("cart");
        changes.settle(upTo);

        assertThat(changes.hasRest()).isFalse();
        assertThat(changes.any()).isTrue();
        assertThat(changes.has("cart")).isTrue();
    }

    @Test
    void aSaveThatBeganBeforeTheFirstMarkSettlesNone() {
        int upTo = changes.upTo();
        changes.mark("cart");
        changes.markRest();
        changes.settle(upTo);

        assertThat(changes.has("cart")).isTrue();
        assertThat(changes.hasRest()).isTrue();
    }
}
