package io.sessionadmin.console.script;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The description of the interface, held against what it answers, and the answers against the description. */
final class OpenApi {

    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final SchemaValidatorsConfig STRICT =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

    private final JsonNode document;
    private final Set<String> answered = new TreeSet<>();

    OpenApi() throws IOException {
        document =
                new JsonMapper().readTree(Path.of("../src-web/api/openapi.json").toFile());
    }

    JsonNode document() {
        return document;
    }

    /**
     * Fails unless the description has this operation with this status, and the answer is as it says.
     *
     * @param path as the description has it
     */
    void holds(String method, String path, Programs.Answer answer) {
        JsonNode operation = document.path("paths").path(path).path(method);
        assertThat(operation.isMissingNode()).as(method + " " + path).isFalse();
        JsonNode response = resolved(operation.path("responses").path(String.valueOf(answer.status())));
        assertThat(response.isMissingNode())
                .as(method + " " + path + " may answer " + answer.status() + ": " + answer.body())
                .isFalse();
        JsonNode content = response.path("content");
        String type = content.fieldNames().next();
        assertThat(answer.head()).containsIgnoringCase("content-type: " + type);
        JsonNode schema = content.path(type).path("schema");
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.path("components"));
        assertThat(SCHEMAS.getSchema(whole, STRICT).validate(answer.json()))
                .as(method + " " + path + ": " + answer.body())
                .isEmpty();
        answered.add(method + " " + path);
        see(schema, answer.json());
    }

    private JsonNode resolved(JsonNode node) {
        String reference = node.path("$ref").asText();
        return reference.isEmpty() ? node : document.at(reference.substring(1));
    }

    /** Takes down which fields of which schema have a value. */
    private void see(JsonNode described, JsonNode value) {
        JsonNode schema = described.has("anyOf") ? described.path("anyOf").path(0) : described; // it, or null
        String name = schema.path("$ref").asText().replaceFirst(".*/", "");
        JsonNode known = resolved(schema);
        if (value.isArray()) {
            value.forEach(item -> see(known.path("items"), item));
        } else if (value.isObject()) {
            value.properties().forEach(field -> {
                if (!field.getValue().isNull() && !name.isEmpty()) {
                    answered.add(name + "." + field.getKey());
                }
                JsonNode property = known.path("properties").path(field.getKey());
                see(property.isMissingNode() ? known.path("additionalProperties") : property, field.getValue());
            });
        }
    }

    /** What the description has and no answer did: operations, and fields of its schemas. */
    Set<String> neverAnswered() {
        Set<String> described = new TreeSet<>();
        document.path("paths").properties().forEach(path -> path.getValue()
                .fieldNames()
                .forEachRemaining(method -> described.add(method + " " + path.getKey())));
        document.path("components").path("schemas").properties().forEach(schema -> schema.getValue()
                .path("properties")
                .fieldNames()
                .forEachRemaining(field -> described.add(schema.getKey() + "." + field)));
        described.removeIf(name -> name.startsWith("Ending.")); // what is sent, not answered
        described.removeIf(name -> name.startsWith("Replica.")); // held where there is a standby, in the testbed
        described.remove("NodeOutcome.reason"); // of nodes of which nothing is known
        described.remove("SessionDetail.principalClass"); // where the manager saves logins
        described.removeAll(answered);
        return described;
    }

    /** The names of the parameters of a query. */
    Set<String> parameters(String method, String path) {
        Set<String> names = new TreeSet<>();
        document.path("paths").path(path).path(method).path("parameters").forEach(parameter -> {
            if (parameter.path("in").asText().equals("query")) {
                names.add(parameter.path("name").asText());
            }
        });
        return names;
    }
}
