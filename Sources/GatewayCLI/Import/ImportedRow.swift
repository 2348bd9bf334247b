package import Core

/// A row of a file as an event, and what is wrong with its cells.
package struct ImportedRow {
    /// What is wrong with one cell.
    package struct Problem {
        /// The field of the event that it would be.
        package let field: String
        /// In words that follow the field.
        package let text: String
        /// The cell.
        package let value: String
    }

    package var event = JSONObject()
    /// What the row's key is made of, where that is not the event: what it was made of before more of a file was read.
    package var keyed: JSONObject?
    package var problems: [Problem] = []
    /// How many seconds it lasts, where it has no end.
    package var length: Int?
    /// Why it is no event that is to be made, in words that follow its name.
    package var passedOver: String?
    /// What the row says and the event will not have, such as its price.
    package var lost: [String] = []
    /// By what the file itself tells its events apart, whatever they say: the UID of a calendar, and then the other names under
    /// which the same event may have been imported. Empty where it does not.
    package var identities: [String] = []
    /// The series that it is a date of.
    package var series: String?

    /// Takes a field that another row has and this has not.
    package mutating func take(_ field: String, of other: ImportedRow) {
        if let value = other.event[field], event[field] == nil { event.members.append((field, value)) }
    }
}
