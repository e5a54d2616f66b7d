package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TableNamesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tomcat\"sessions",
                "a; drop table b",
                "a.b.c",
                "",
                ".a",
                "a.",
                "a b",
                "1a",
                "a\u0000b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aTableNameThatNeedsQuotesIsRefusedWithItsAttribute(String name) {
        assertThatThrownBy(() -> table(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<Store sessionTable=\"")
                .hasMessageContaining("letters, digits, _ and $")
                .message()
                .doesNotContain("\n", "\u0000");
    }

    @Test
    void namesMeanWhatTheyMeanUnquoted() {
        assertThat(table("Public.Tomcat$Sessions").in("select 1 from tomcat_sessions"))
                .isEqualTo("select 1 from \"public\".\"tomcat$sessions\"");
    }

    @Test
    void aReservedWordIsTakenAsTomcatsStoresNeverCould() {
        var names = new TableNames("sessions", "user", "id", "data", "valid", "maxinactive", "lastaccess");
        assertThat(names.in("app_name = ?")).isEqualTo("\"user\" = ?");
    }

    @Test
    void aColumnNameThatIsUsedTwiceIsRefused() {
        assertThatThrownBy(() -> new TableNames("s", "app", "id", "id", "valid", "max", "last"))
                .hasMessageContaining("\"id\" is used twice");
        assertThatThrownBy(() -> new TableNames("s", "node", "id", "data", "valid", "max", "last"))
                .hasMessageContaining("\"node\" is used twice");
    }

    private static TableNames table(String name) {
        return new TableNames(name, "app", "id", "data", "valid", "maxinactive", "lastaccess");
    }
}
