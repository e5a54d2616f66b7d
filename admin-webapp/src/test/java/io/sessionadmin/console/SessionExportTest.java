package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SessionExportTest {

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@sum(a)", "\t=1", "\r=1", "\n=1", "\uFF1D1+1", "=cmd|' /C calc'!A0"})
    void noCellBeginsAFormula(String text) {
        assertThat(SessionExport.cell(text)).startsWith("\"'").endsWith("\"");
    }

    @Test
    void whatSeparatesCellsIsQuoted() {
        assertThat(SessionExport.cell("a,b")).isEqualTo("\"a,b\"");
        assertThat(SessionExport.cell("say \"x\"")).isEqualTo("\"say \"\"x\"\"\"");
        assertThat(SessionExport.cell("two\r\nlines")).isEqualTo("\"two\r\nlines\"");
        assertThat(SessionExport.cell("alice")).isEqualTo("alice");
        assertThat(SessionExport.cell(null)).isEmpty();
        assertThat(SessionExport.cell(12)).isEqualTo("12");
    }

    @Test
    void aStringOfJsonIsAscii() {
        assertThat(SessionExport.string("a\"b\\c\u0000\n</script>\u20ac\u2028"))
                .isEqualTo("\"a\\\"b\\\\c\\u0000\\u000a</script>\\u20ac\\u2028\"");
    }
}
