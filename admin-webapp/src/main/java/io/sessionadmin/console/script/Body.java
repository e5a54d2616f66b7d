package io.sessionadmin.console.script;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** A JSON object that a program sends, as maps, lists, text, whole numbers and booleans. Its size and depth are bounded. */
final class Body {

    private static final int BYTES_AT_MOST = 256 << 10;

    /** A name that is longer, or has other letters, may be a session id at the wrong place: it is not given back. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z.]{0,30}");

    private Body() {}

    /** @param names of the fields that are understood; any other is refused, and null is */
    static Map<String, Object> read(HttpServletRequest request, Set<String> names)
            throws IOException, RefusedException {
        refuseOtherTypes(request.getContentType());
        byte[] body = request.getInputStream().readNBytes(BYTES_AT_MOST + 1);
        if (body.length > BYTES_AT_MOST) {
            throw new RefusedException(
                    Problem.BODY_TOO_LARGE, "Send " + BYTES_AT_MOST + " bytes at most, or several requests.");
        }
        Map<String, Object> fields = parse(body);
        for (String name : fields.keySet()) {
            if (!names.contains(name)) {
                throw refused(name, "is not known. The fields are " + String.join(", ", new TreeSet<>(names)) + ".");
            }
        }
        return fields;
    }

    /** @param why goes on behind the name of the field */
    static RefusedException refused(String field, String why) {
        return PLAIN.matcher(field).matches()
                ? new RefusedException(Problem.BAD_BODY, "\"" + field + "\" " + why, new Fields().put("field", field))
                : new RefusedException(Problem.BAD_BODY, "A field " + why);
    }

    /** A form of a browser can't say application/json without being asked by this server first. */
    private static void refuseOtherTypes(String type) throws RefusedException {
        String[] parts = (type == null ? "" : type).toLowerCase(Locale.ROOT).split(";", -1);
        boolean utf8 = true;
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().replace("\"", "");
            utf8 &= !parameter.startsWith("charset=") || parameter.equals("charset=utf-8");
        }
        if (!parts[0].strip().equals("application/json") || !utf8) {
            throw new RefusedException(Problem.NO_JSON, "Send Content-Type: application/json, in UTF-8.");
        }
    }

    private static Map<String, Object> parse(byte[] body) throws IOException, RefusedException {
        try (JsonParser json = Fields.JSON.createParser(body)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                Map<String, Object> fields = object(json);
                if (json.nextToken() == null) {
                    return fields;
                }
            }
        } catch (StreamConstraintsException e) {
            throw new RefusedException(
                    Problem.BAD_BODY, "It is nested too deeply, or a name, text or number is too long.");
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            // its message quotes the body, which may hold a session id
            throw new RefusedException(
                    Problem.BAD_BODY,
                    "It is no JSON, or a field is there twice: line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ".");
        }
        throw new RefusedException(Problem.BAD_BODY, "Send one JSON object.");
    }

    private static Map<String, Object> object(JsonParser json) throws IOException, RefusedException {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            if (json.currentToken() == JsonToken.VALUE_NULL) {
                throw refused(name, "is null: leave it out when nothing is meant.");
            }
            fields.put(name, value(json));
        }
        return fields;
    }

    private static Object value(JsonParser json) throws IOException, RefusedException {
        return switch (json.currentToken()) {
            case START_OBJECT -> object(json);
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(json));
                }
                yield items;
            }
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default ->
                throw new RefusedException(Problem.BAD_BODY, "Numbers have to be whole ones, and nothing is null.");
        };
    }
}
