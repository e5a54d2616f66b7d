package io.sessionadmin.testbed.shop;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.stream.Collectors;

/** The cart for tests: {@code GET /cart} lists it, {@code POST /cart?item=book} adds to it. */
public final class CartServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpSession session = request.getSession(false);
        Cart cart = session == null ? null : (Cart) session.getAttribute("cart");
        String text = cart == null
                ? null
                : cart.lines().stream()
                        .map(line -> line.quantity() + " " + line.item().sku())
                        .collect(Collectors.joining(", "));
        Answer.PLAIN.send(response, text);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Item item = Item.bySku(request.getParameter("item")).orElse(null);
        if (item == null) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND, "The shop has no such item");
            return;
        }
        add(request.getSession(), item);
        Answer.asked(request).send(response, "added");
    }

    static void add(HttpSession session, Item item) {
        Cart cart = session.getAttribute("cart") instanceof Cart old ? old : new Cart();
        session.setAttribute("cart", cart.with(item));
    }
}
