package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HandleTest {

    @Test
    void aHandleIsTheSameEverywhereAndDoesNotShowTheId() {
        assertThat(Handle.of("abc")).hasToString("ba7816bf8f01cfea414140de5dae2223");
        assertThat(Handle.of("abc").brief()).isEqualTo("ba7816bf");
        assertThat(new SessionKey("/Catalina/localhost/shop", "abc").toString()).doesNotContain("abc");
    }

    @Test
    void whatPeopleTypeIsForgiven() {
        assertThat(Handle.parse(" BA7816BF 8f01 cfea 4141 40de 5dae 2223 ")).contains(Handle.of("abc"));
        assertThat(Handle.parse("ba7816bf")).isEmpty();
        assertThat(Handle.parse("<script>")).isEmpty();
    }
}
