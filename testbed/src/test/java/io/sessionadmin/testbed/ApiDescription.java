package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.net.http.HttpResponse;

/** The OpenAPI document that a node serves, held against what it answers. */
final class ApiDescription {

    private static final SchemaValidatorsConfig STRICT =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

    private final JsonNode document;

    ApiDescription(HttpResponse<String> served) {
        document = json(served.body());
    }

    /** @param path of a GET, as the description has it */
    void holds(String path, HttpResponse<String> answer) {
        JsonNode response = document.path("paths")
                .path(path)
                .path("get")
                .path("responses")
                .path(String.valueOf(answer.statusCode()));
        if (response.has("$ref")) {
            response = document.at(response.path("$ref").asText().substring(1));
        }
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
        JsonNode schema = response.path("content").path(type).path("schema");
        assertThat(schema.isObject())
                .as(path + " " + answer.statusCode() + " " + type)
                .isTrue();
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.path("components"));
        assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(whole, STRICT)
                        .validate(json(answer.body())))
                .as(path + ": " + answer.body())
                .isEmpty();
    }

    private static JsonNode json(String text) {
        try {
            return new JsonMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
