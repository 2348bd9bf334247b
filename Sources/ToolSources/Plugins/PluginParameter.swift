/// How one argument of a call reaches a plugin's command line.
public struct PluginParameter: Sendable, Equatable {
    /// The form of its words.
    public enum Style: Sendable, Equatable {
        /// `--k=v` in one word, so that a value is never taken for an option; an array or object as compact JSON.
        case value
        /// `--k` for true, nothing for false.
        case flag
        /// `--k` for false, nothing for true: an option that switches something off, under the name of what it switches.
        case invertedFlag
        /// `--k` for true, the other option for false.
        case pair(off: String)
        /// `--k=a --k=b`, as `action="append"` reads them.
        case repeated
        /// `--k a b`, as `nargs` reads them: repeated, only the last would count.
        case list
        /// `--k=<compact JSON>` for every kind of value.
        case json
        /// Behind `--`, where nothing is an option.
        case position
    }

    /// What the argument is called.
    public let name: String
    /// The option as the plugin spells it, dashes included; means nothing for a position.
    public let option: String
    public let style: Style
    /// Its value must not stand on a command line, which every user of the machine can read.
    public let isSecret: Bool

    /// An argument of this name that is passed by this option.
    public init(_ name: String, option: String, style: Style = .value, isSecret: Bool = false) {
        self.name = name
        self.option = option
        self.style = style
        self.isSecret = isSecret
    }
}
