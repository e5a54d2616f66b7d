package io.sessionadmin.testbed.shop;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The shop as people see it: one page with the items, the cart and the login, and the pages of FORM login. */
public final class FrontServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/html;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        String main =
                switch (request.getServletPath()) {
                    case "/members" -> "<h2>Members</h2><p id=\"member\">" + escape(request.getRemoteUser()) + "</p>";
                    case "/form-login" -> formLogin(request.getParameter("failed") != null);
                    default -> shop(request.getSession(false));
                };
        response.getWriter().write("""
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><title>The shop</title>
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <link rel="stylesheet" href="%1$s/shop.css"></head><body>
                <header><h1><a href="%1$s/">The shop</a></h1><p>Served by %2$s, %3$s</p></header>
                <main>%4$s</main></body></html>
                """.formatted(
                        request.getContextPath(),
                        escape(System.getProperty("testbed.node", "a node")),
                        escape(getServletContext().getServerInfo()),
                        main));
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpSession session = request.getSession();
        switch (String.valueOf(request.getParameter("do"))) {
            case "add" -> Item.bySku(request.getParameter("item")).ifPresent(item -> CartServlet.add(session, item));
            case "drop" -> {
                if (session.getAttribute("cart") instanceof Cart cart) {
                    session.setAttribute("cart", cart.without(request.getParameter("item")));
                }
            }
            case "login" -> {
                String name = request.getParameter("user");
                if (name != null && !name.isBlank() && name.length() <= 40) {
                    request.changeSessionId();
                    session.setAttribute("user", new User(name.strip(), Instant.now()));
                    session.setAttribute("username", name.strip());
                }
            }
            case "logout" -> session.invalidate();
            default -> {
                response.sendError(HttpServletResponse.SC_BAD_REQUEST);
                return;
            }
        }
        response.sendRedirect(request.getContextPath() + "/");
    }

    private static String shop(@Nullable HttpSession session) {
        Cart cart = session != null && session.getAttribute("cart") instanceof Cart found ? found : new Cart();
        User user = session != null && session.getAttribute("user") instanceof User found ? found : null;
        var html = new StringBuilder("<section><h2>Items</h2><ul class=\"items\">");
        for (Item item : Item.RANGE) {
            html.append("<li><span>").append(escape(item.title())).append("</span><b>");
            html.append(price(item.cents())).append("</b>").append(button("add", item.sku(), "Add to cart"));
            html.append("</li>");
        }
        html.append("</ul></section><aside><h2>Your cart</h2>");
        if (cart.lines().isEmpty()) {
            html.append("<p>Nothing yet.</p>");
        } else {
            html.append("<ul class=\"cart\">");
            for (Cart.Line line : cart.lines()) {
                html.append("<li><span>").append(line.quantity()).append(" x ");
                html.append(escape(line.item().title())).append("</span>");
                html.append(button("drop", line.item().sku(), "Remove")).append("</li>");
            }
            html.append("</ul><p class=\"total\">").append(price(cart.cents())).append("</p>");
        }
        return html.append("<h2>You</h2>")
                .append(account(user))
                .append("</aside>")
                .toString();
    }

    private static String account(@Nullable User user) {
        if (user == null) {
            return """
                    <form method="post"><label>Name <input name="user" maxlength="40" required></label>
                    <button name="do" value="login">Log in</button></form>""";
        }
        return "<p>Logged in as <b id=\"user\">" + escape(user.name()) + "</b>, parcels go to "
                + escape(user.address().city()) + ".</p>" + button("logout", "", "Log out");
    }

    private static String formLogin(boolean failed) {
        return """
                <h2>Members only</h2>%s
                <form method="post" action="j_security_check"><label>Name <input name="j_username"></label>
                <label>Password <input name="j_password" type="password"></label><button>Log in</button></form>
                """.formatted(failed ? "<p>That was not right.</p>" : "");
    }

    private static String button(String action, String item, String label) {
        return "<form method=\"post\"><input type=\"hidden\" name=\"item\" value=\"" + item
                + "\"><button name=\"do\" value=\"" + action + "\">" + label + "</button></form>";
    }

    private static String price(int cents) {
        return String.format(Locale.ROOT, "&euro;&thinsp;%d.%02d", cents / 100, cents % 100);
    }

    private static String escape(@Nullable String text) {
        return text == null
                ? ""
                : text.replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("\"", "&quot;");
    }
}
