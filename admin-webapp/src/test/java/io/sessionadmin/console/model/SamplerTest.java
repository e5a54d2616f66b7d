package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;

final class SamplerTest {

    /** Tomcat looks at the threads of an application right after its servlets are gone. */
    @Test
    void noThreadOutlivesIt() {
        EngineSessions sessions = new EngineSessions(new Tomcat().getEngine(), Clock.systemUTC());
        Thread[] threads = new Thread[1_000];
        List<String> left = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            new Sampler(sessions).close();
            int count = Thread.enumerate(threads);
            for (int j = 0; j < count; j++) {
                if (threads[j].getName().equals("session-admin sampler") && threads[j].isAlive()) {
                    left.add("of round " + i);
                }
            }
        }
        assertThat(left).isEmpty();
    }
}
