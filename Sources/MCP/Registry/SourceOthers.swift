/// What a source has besides tools: conversations to start, and what can be read.
///
/// Belongs to one loop, as its handlers do.
public struct SourceOthers {
    public var prompts: [Prompt]
    public var resources: [Resource]
    public var templates: [ResourceTemplate]
    /// Of two sources that have a resource of the same URI, the one with the smaller number has it.
    public var order: Int

    /// These, and nothing else.
    public init(
        prompts: [Prompt] = [], resources: [Resource] = [], templates: [ResourceTemplate] = [], order: Int = 0
    ) {
        self.prompts = prompts
        self.resources = resources
        self.templates = templates
        self.order = order
    }
}
