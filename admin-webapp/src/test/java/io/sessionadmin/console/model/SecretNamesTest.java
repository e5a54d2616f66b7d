package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretNamesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password",
                "userPassword",
                "PASSWORD_HASH",
                "passwd",
                "pwd",
                "dbPwd",
                "pin",
                "userPin",
                "PIN",
                "card-pin",
                "cvv",
                "cvv2",
                "cardCVC",
                "apiKey",
                "API_KEY",
                "api-key",
                "x.authorization",
                "clientSecret",
                "csrfToken",
                "XSRF-TOKEN",
                "credentials",
                "accessToken",
                "jwt",
                "otp",
                "sessionId",
                "JSESSIONID",
                "cardNumber",
                "iban",
                "javax.faces.Token",
                "org.apache.catalina.authenticator.PASSWORD"
            })
    void looksLikeASecret(String name) {
        assertThat(SecretNames.matches(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cart",
                "shipping",
                "pinned",
                "spinner",
                "passenger",
                "compass",
                "author",
                "keyboard",
                "user",
                "tangent",
                "sort",
                "panel",
                "company",
                "stock",
                "key",
                "monkey",
                "salty"
            })
    void looksLikeNothingOfTheKind(String name) {
        assertThat(SecretNames.matches(name)).isFalse();
    }
}
