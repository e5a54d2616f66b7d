package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.Postgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The nodes of one test, on one fresh table. */
final class SharedTomcats implements BeforeEachCallback, AfterEachCallback {

    static final Map<String, String> STRICT = Map.of();
    static final Map<String, String> STICKY = Map.of("coherence", "sticky");

    private final List<SharedTomcat> started = new ArrayList<>();
    private @Nullable DataSource real;

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        var source = new org.postgresql.ds.PGSimpleDataSource();
        source.setUrl(Postgres.freshUrl());
        real = source;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (SharedTomcat tomcat : started) {
            tomcat.close();
        }
        for (SharedTomcat tomcat : started) {
            assertThat(tomcat.database.neverMet())
                    .as("a test that missed its moment shows nothing")
                    .isEmpty();
        }
        started.clear();
    }

    /** One more node. */
    SharedTomcat start(Map<String, String> attributes) throws Exception {
        SharedTomcat tomcat = new SharedTomcat("tc-" + (started.size() + 1), database(), attributes);
        started.add(tomcat);
        return tomcat;
    }

    /** The database, as nobody can take it away. */
    DataSource database() {
        return Objects.requireNonNull(real);
    }

    /** As the rows of all nodes name their application. */
    String contextName() {
        return started.get(0).store.contextName();
    }

    void execute(String sql) throws Exception {
        Postgres.execute(database(), sql);
    }

    String value(String sql) throws Exception {
        return Postgres.value(database(), sql);
    }
}
