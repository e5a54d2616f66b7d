package io.sessionadmin.console;

/** Says what is refused or missing, and the way out. */
public record FailurePage(int status, String title, String advice, String reason, String back, String backText) {

    static FailurePage of(ConsoleFailure failure, String reason, String back, String backText, Wording words) {
        return new FailurePage(
                failure.status(), words.say(failure.title()), words.say(failure.advice()), reason, back, backText);
    }
}
