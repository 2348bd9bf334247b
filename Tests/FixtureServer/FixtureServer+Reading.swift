import Core
import MCP

/// The resources and prompts.
extension FixtureServer {
    func addResources(to registry: inout Registry) {
        func add(_ name: String, _ type: String, _ body: ResourceContents.Body) {
            registry.add(
                Resource(
                    "test://" + name, name: name, title: name, description: "A resource for tests.", mimeType: type
                ) { _, uri throws(CallFailure) in [ResourceContents(uri: uri, mimeType: type, body)] })
        }
        add("static-text", "text/plain", .text("This is the content of the static text resource."))
        add("static-binary", "image/png", .blob(base64: Self.pixelBytes))
        add("watched-resource", "text/plain", .text("Watched resource content"))
        registry.add(
            ResourceTemplate(
                "test://template/{id}/data", name: "template", title: "Template", description: "Data by an id.",
                mimeType: "application/json"
            ) { _, uri, variables throws(CallFailure) in
                let id = variables["id"] ?? ""
                return [
                    ResourceContents(
                        uri: uri,
                        json: ["id": .string(id), "templateTest": true, "data": .string("Data for ID: \(id)")])
                ]
            })
    }

    func addPrompts(to registry: inout Registry) {
        registry.add(
            Prompt("test_simple_prompt", title: "Simple", description: "One message.") { _, _ throws(CallFailure) in
                [Prompt.Message(.user, .text("This is a simple prompt for testing."))]
            })
        registry.add(
            Prompt(
                "test_prompt_with_arguments", title: "Arguments", description: "Repeats its arguments.",
                arguments: [
                    Prompt.Argument("arg1", "First", required: true) { _, begun throws(CallFailure) in
                        ["test", "testing", "other"].filter { $0.hasPrefix(begun) }
                    },
                    Prompt.Argument("arg2", "Second", required: true),
                ]
            ) { _, given throws(CallFailure) in
                let text = "Prompt with arguments: arg1='\(given["arg1"] ?? "")', arg2='\(given["arg2"] ?? "")'"
                return [Prompt.Message(.user, .text(text))]
            })
        registry.add(
            Prompt(
                "test_prompt_with_embedded_resource", title: "Resource", description: "Holds a resource.",
                arguments: [Prompt.Argument("resourceUri", "Its URI", required: true)]
            ) { _, given throws(CallFailure) in
                let resource = ResourceContents(
                    uri: given["resourceUri"] ?? "", mimeType: "text/plain",
                    .text("Embedded resource content for testing."))
                return [
                    Prompt.Message(.user, .resource(resource)),
                    Prompt.Message(.user, .text("Please process the embedded resource above.")),
                ]
            })
        registry.add(
            Prompt("test_prompt_with_image", title: "Image", description: "Holds an image.") {
                _, _ throws(CallFailure) in
                [
                    Prompt.Message(.user, Self.pixel),
                    Prompt.Message(.user, .text("Please analyze the image above.")),
                ]
            })
        registry.add(
            Prompt("test_input_required_result_prompt", title: "Asking", description: "Asks for its context.") {
                call, _ throws(CallFailure) in
                let answer = try await call.elicit(
                    "user_context", "What context should the prompt use?",
                    schema: Self.form(["context": ["type": "string"]]))
                return [Prompt.Message(.user, .text("Context: \(Self.text(answer, "context"))"))]
            })
    }
}
