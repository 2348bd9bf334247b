import Core
import MCP

/// Tools that answer at once, with every kind of content.
extension FixtureServer {
    /// One red pixel.
    static let pixel = Content.image(base64: pixelBytes, mimeType: "image/png")
    static let pixelBytes =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4"
        + "z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC"
    /// One sample of silence.
    private static let silence = Content.audio(
        base64: "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA==",
        mimeType: "audio/wav")

    func addContentTools(to registry: inout Registry) {
        func add(_ name: String, _ description: String, _ result: ToolResult) {
            registry.add(Self.tool(name, description) { _, _ throws(CallFailure) in result })
        }
        add("test_simple_text", "One text.", .text("This is a simple text response for testing."))
        add("test_image_content", "One image.", ToolResult([Self.pixel]))
        add("test_audio_content", "One sound.", ToolResult([Self.silence]))
        add(
            "test_embedded_resource", "One resource.",
            ToolResult([
                .resource(
                    ResourceContents(
                        uri: "test://embedded-resource", mimeType: "text/plain",
                        .text("This is an embedded resource content.")))
            ]))
        add(
            "test_multiple_content_types", "A text, an image and a resource.",
            ToolResult([
                .text("Multiple content types test:"), Self.pixel,
                .resource(
                    ResourceContents(uri: "test://mixed-content-resource", json: ["test": "data", "value": 123])),
            ]))
        add("test_error_handling", "Fails.", .failure("This tool intentionally returns an error for testing"))
    }
}
