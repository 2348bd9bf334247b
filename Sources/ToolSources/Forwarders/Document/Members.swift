import Core

/// Reads the members of an object of a document one by one; what was not asked for by the end is unknown, and a problem.
struct Members {
    let place: Place
    private let object: JSONObject
    private var known: [String] = []

    init(_ object: JSONObject, at place: Place) {
        self.object = object
        self.place = place
    }

    /// Nil, and a problem, for anything but an object.
    init?(_ json: JSON, at place: Place) {
        guard let object = json.objectValue else {
            place.report("must be an object")
            return nil
        }
        self.init(object, at: place)
    }

    /// The member as it is; nil when it is not there, as for all that follow.
    mutating func take(_ name: String) -> JSON? {
        known.append(name)
        return object[name]
    }

    /// Whether the member is there; it is not taken.
    func has(_ name: String) -> Bool { object[name] != nil }

    /// A string of at most so many characters.
    mutating func text(_ name: String, max: Int = 4096) -> String? {
        guard let given = take(name) else { return nil }
        guard let text = given.stringValue, text.unicodeScalars.count <= max else {
            place.child(name).report("must be a string of at most \(max) characters")
            return nil
        }
        return text
    }

    /// A string that is one of these.
    mutating func word(_ name: String, of words: [String]) -> String? {
        guard let given = take(name) else { return nil }
        guard let word = given.stringValue, words.contains(word) else {
            place.child(name).report("must be one of " + words.joined(separator: ", "))
            return nil
        }
        return word
    }

    mutating func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let given = take(name) else { return nil }
        guard let number = given.wholeValue, range.contains(number) else {
            place.child(name).report("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func flag(_ name: String) -> Bool? {
        guard let given = take(name) else { return nil }
        guard let flag = given.boolValue else {
            place.child(name).report("must be true or false")
            return nil
        }
        return flag
    }

    mutating func object(_ name: String) -> JSONObject? {
        guard let given = take(name) else { return nil }
        guard let object = given.objectValue else {
            place.child(name).report("must be an object")
            return nil
        }
        return object
    }

    /// The members of an object that is a member.
    mutating func members(_ name: String) -> Members? {
        object(name).map { Members($0, at: place.child(name)) }
    }

    /// An array of so many items.
    mutating func array(_ name: String, _ counts: ClosedRange<Int>) -> [JSON]? {
        guard let given = take(name) else { return nil }
        guard let items = given.arrayValue, counts.contains(items.count) else {
            place.child(name).report("must be an array of \(counts.lowerBound) to \(counts.upperBound) items")
            return nil
        }
        return items
    }

    /// An array of strings.
    mutating func texts(_ name: String, _ counts: ClosedRange<Int> = 0...100) -> [String]? {
        guard let items = array(name, counts) else { return nil }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            if let text = item.stringValue, text.utf8.count <= 512 {
                texts.append(text)
            } else {
                place.child(name).child(String(index)).report("must be a string")
            }
        }
        return texts
    }

    mutating func pointer(_ name: String) -> ValuePointer? {
        guard let given = take(name) else { return nil }
        if let pointer = given.stringValue.flatMap({ ValuePointer($0) }) { return pointer }
        place.child(name).report("must be a JSON Pointer, such as \"/data/0/id\", or \"\" for all")
        return nil
    }

    /// Says that a member must be there that is not.
    func missing(_ name: String) { place.report("needs the member \(Neutral.quoted(name))") }

    /// Reports each member that was not asked for.
    func finish() {
        for name in object.names where !known.contains(name) {
            let hint = NearestName.hint(for: name, among: known)
            place.child(name).report("is not known" + hint)
        }
    }
}
