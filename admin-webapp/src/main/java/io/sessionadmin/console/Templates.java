package io.sessionadmin.console;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.context.ITemplateContext;
import org.thymeleaf.messageresolver.AbstractMessageResolver;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.WebApplicationTemplateResolver;
import org.thymeleaf.web.servlet.JakartaServletWebApplication;

/** Turns view records into HTML. The templates escape, place, and decide nothing. */
final class Templates {

    private final ServletContext application;
    private final TemplateEngine engine = new TemplateEngine();

    Templates(ServletContext application) {
        this.application = application;
        WebApplicationTemplateResolver resolver =
                new WebApplicationTemplateResolver(JakartaServletWebApplication.buildApplication(application));
        resolver.setPrefix("/WEB-INF/templates/");
        resolver.setSuffix(".html");
        resolver.setTemplateMode(TemplateMode.HTML);
        resolver.setCharacterEncoding("UTF-8");
        resolver.setCacheable(true);
        engine.setTemplateResolver(resolver);
        engine.setMessageResolver(new BundleMessages());
    }

    void write(String template, Shell shell, Object page, Messages messages, Writer out) {
        Context context = new Context(messages.locale(), Map.of("shell", shell, "page", page));
        context.setVariable("messages", messages);
        engine.process(template, context, out);
    }

    /** Address of a static file, which changes with its contents. */
    String address(String file) {
        try (InputStream in = application.getResourceAsStream("/static/" + file)) {
            if (in == null) {
                throw new IllegalStateException("the WAR has no static/" + file);
            }
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());
            return application.getContextPath() + "/static/" + file + "?v="
                    + HexFormat.of().formatHex(digest, 0, 6);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** {@code #{key}} in a template is a message of the console. */
    private static final class BundleMessages extends AbstractMessageResolver {

        @Override
        public @Nullable String resolveMessage(
                ITemplateContext context, @Nullable Class<?> origin, String key, Object @Nullable [] parameters) {
            return context.getVariable("messages") instanceof Messages messages
                    ? messages.say(key, parameters == null ? new Object[0] : parameters)
                    : null;
        }

        @Override
        public String createAbsentMessageRepresentation(
                ITemplateContext context, @Nullable Class<?> origin, String key, Object @Nullable [] parameters) {
            return key;
        }
    }
}
