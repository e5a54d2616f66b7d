package io.sessionadmin.store;

import java.sql.SQLException;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.Server;
import org.apache.catalina.Service;

/** Finds the DataSource that {@code dataSourceName} and {@code localDataSource} name, as DataSourceStore does. */
@SuppressWarnings("BanJNDI") // the name is the operator's, from Tomcat's configuration
public final class JndiDataSource {

    private JndiDataSource() {}

    /**
     * @param local look in the context's own resources; else in the server's, and in the context's when the server has
     *     none of that name
     * @throws SQLException when there is no such resource; the message says what to do
     */
    public static DataSource lookUp(Context context, String name, boolean local) throws SQLException {
        Object found = local ? null : fromServer(context, name);
        if (found == null) {
            found = fromContext(context, name, local);
        }
        if (found instanceof DataSource dataSource) {
            return dataSource;
        }
        throw new SQLException("<Store dataSourceName=\"" + name + "\">: the resource of this name is no"
                + " javax.sql.DataSource; correct its type");
    }

    private static @org.jspecify.annotations.Nullable Object fromServer(Context context, String name) {
        Service service = Container.getService(context);
        Server server = service == null ? null : service.getServer();
        javax.naming.Context global = server == null ? null : server.getGlobalNamingContext();
        if (global == null) {
            return null;
        }
        try {
            return global.lookup(name);
        } catch (NamingException e) {
            return null; // the context's own resources are next
        }
    }

    private static Object fromContext(Context context, String name, boolean local) throws SQLException {
        ClassLoader before = context.bind(false, null);
        try {
            return new InitialContext().lookup("java:comp/env/" + name);
        } catch (NamingException e) {
            throw new SQLException(
                    "<Store dataSourceName=\"" + name + "\" localDataSource=\"" + local + "\">: no such resource; "
                            + (local
                                    ? "add <Resource name=\"" + name + "\" .../> to the <Context>"
                                    : "add <Resource name=\"" + name + "\" .../> to <GlobalNamingResources>, or"
                                            + " set localDataSource=\"true\" if the <Context> has it"),
                    e);
        } finally {
            context.unbind(false, before);
        }
    }
}
