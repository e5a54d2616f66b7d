package io.sessionadmin.store;

import static io.sessionadmin.store.SharedTomcats.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A session that has expired in the table is read for whoever is to be told, and for nobody else. */
final class ExpirySweepTest {

    private static final String EXPIRE = "update tomcat_sessions set last_access = 1, reap_after = 0";

    @RegisterExtension
    final SharedTomcats nodes = new SharedTomcats();

    @BeforeEach
    void nobodyHasRead() {
        Witness.READ.set(0);
        Bound.UNBOUND.set(0);
    }

    private SharedTomcat withoutListeners() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        one.context.setApplicationLifecycleListeners(new Object[0]);
        return one;
    }

    @Test
    void withoutListenersExpiredSessionsGoUnread() throws Exception {
        SharedTomcat one = withoutListeners();
        for (int i = 0; i < 30; i++) {
            one.drop(one.newSession("witness", new Witness()));
        }
        nodes.execute(EXPIRE);
        one.pass();

        assertThat(one.store.getSize()).isZero();
        assertThat(Witness.READ).hasValue(0);
        assertThat(one.manager.getExpiredSessions()).isEqualTo(30);
    }

    @Test
    void anAttributeThatWantsToKnowIsTold() throws Exception {
        SharedTomcat one = withoutListeners();
        one.drop(one.newSession("witness", new Witness()));
        one.drop(one.newSession("bound", new Bound(), "witness", new Witness()));
        nodes.execute(EXPIRE);
        one.pass();

        assertThat(one.store.getSize()).isZero();
        assertThat(Bound.UNBOUND).hasValue(1);
        assertThat(Witness.READ).hasValue(1);
        assertThat(one.manager.getExpiredSessions()).isEqualTo(2);
    }

    /** The row's flag is of the whole session, also when the attribute itself is not written. */
    @Test
    void anAttributeBesideWhichAnotherOneChangesIsTold() throws Exception {
        SharedTomcat one = withoutListeners();
        SharedSession session = one.newSession("bound", new Bound(), "text", "much".repeat(2_000));
        for (int i = 0; i < 2; i++) {
            try (SharedTomcat.Visit visit = one.visit(session.getIdInternal())) {
                visit.session.setAttribute("count", i);
            }
        }
        assertThat(nodes.value("select binding_listener and octet_length(session_changes) > 0 from tomcat_sessions"))
                .isEqualTo("t");
    }

    @Test
    void anAttributeThatIsNoLongerThereIsNotWaitedFor() throws Exception {
        SharedTomcat one = withoutListeners();
        SharedSession session = one.newSession("bound", new Bound(), "witness", new Witness());
        try (SharedTomcat.Visit visit = one.visit(session.getIdInternal())) {
            visit.session.removeAttribute("bound");
        }
        one.drop(session);
        nodes.execute(EXPIRE);
        one.pass();

        assertThat(Bound.UNBOUND).as("at its removal").hasValue(1);
        assertThat(Witness.READ).hasValue(0);
    }

    @Test
    void aListenerOfAttributesIsToldOfThemAll() throws Exception {
        SharedTomcat one = withoutListeners();
        List<String> removed = new ArrayList<>();
        one.context.setApplicationEventListeners(new Object[] {
            new HttpSessionAttributeListener() {
                @Override
                public void attributeRemoved(HttpSessionBindingEvent event) {
                    removed.add(event.getName());
                }
            }
        });
        one.drop(one.newSession("witness", new Witness()));
        nodes.execute(EXPIRE);
        one.pass();

        assertThat(removed).containsExactly("witness");
    }

    @Test
    void anIdleCopyEndsWithItsRowAndTomcatsListenersAreTold() throws Exception {
        SharedTomcat one = withoutListeners();
        SharedSession idle = one.newSession("witness", new Witness());
        List<String> heard = new ArrayList<>();
        idle.addSessionListener(event -> heard.add(event.getType()));
        nodes.execute(EXPIRE);
        idle.setCreationTime(1);
        one.pass();

        assertThat(one.holds(idle.getIdInternal())).isFalse();
        assertThat(heard).contains(Session.SESSION_DESTROYED_EVENT);
        assertThat(one.manager.getExpiredSessions()).isOne();
    }

    /** Counts how often one was read from the store. */
    private static final class Witness implements Serializable {
        @Serial
        private static final long serialVersionUID = 1L;

        private static final AtomicInteger READ = new AtomicInteger();

        @Serial
        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            READ.incrementAndGet();
        }
    }

    /** Counts how often one was told that it left its session. */
    private static final class Bound implements Serializable, HttpSessionBindingListener {
        @Serial
        private static final long serialVersionUID = 1L;

        private static final AtomicInteger UNBOUND = new AtomicInteger();

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            UNBOUND.incrementAndGet();
        }
    }
}
