/// A plugin as it lies in the directory: what is run for it, and how its files are.
package struct FoundPlugin: Sendable, Equatable {
    /// What stands before the names of its tools.
    package let name: String
    /// What is executed, an absolute path without links; an interpreter for a script that is not executable itself.
    let program: String
    /// The words between the program and those of a call.
    let words: [String]
    /// The directory in which it lies, without links.
    let folder: String
    /// What it may read and execute besides what every program may.
    let readable: [String]
    /// Its description, where a file gives it and it is not asked.
    let document: [UInt8]?
    /// The state of its files.
    let marks: [FileMark]
    /// The directory to be watched for changes of it.
    let watched: String
}

/// What is not offered, and why, in words for the operator.
package struct RefusedPlugin: Sendable, Equatable {
    /// As it is called in the directory, shortened and cleaned.
    package let name: String
    package let reason: String

    init(_ name: String, _ reason: String) {
        self.name = name
        self.reason = reason
    }
}

/// What one look at the directory has found.
struct PluginScan: Sendable {
    var found: [FoundPlugin] = []
    var refused: [RefusedPlugin] = []
    /// Why the directory cannot be used at all.
    var problem: String?
    /// Where changes are to be watched for.
    var watched: [String] = []
}
