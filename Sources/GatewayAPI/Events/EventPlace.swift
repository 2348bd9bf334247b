package import Core

/// Where an event is, however a client writes it.
package enum EventPlace {
    /// The form that Luma takes: a text is an address, and so is an object with an address and no `type`; a place as an answer
    /// shows it keeps its id on the map. Anything else stays as it is, for the check to say what is wrong.
    package static func input(_ value: JSON) -> JSON {
        if let text = value.stringValue {
            let text = text.trimmingBlanks
            // In a table or on a command line a place may be written as its JSON.
            if text.hasPrefix("{"), let object = try? JSON.parse(text, limits: JSONLimits(maxDepth: 8)) {
                return object
            }
            return text.isEmpty ? value : ["type": "manual", "address": .string(text)]
        }
        guard let object = value.objectValue, object["type"] == nil else { return value }
        let isAnswer = object["full_address"] != nil || object["google_maps_place_id"] != nil
        if isAnswer, let id = object["google_maps_place_id"]?.stringValue, !id.isEmpty {
            var place: JSONObject = ["type": "google", "place_id": .string(id)]
            if let note = object["description"]?.stringValue, !note.isEmpty { place["description"] = .string(note) }
            return .object(place)
        }
        let address = isAnswer ? object["full_address"]?.stringValue ?? object["address"]?.stringValue : nil
        if let address { return ["type": "manual", "address": .string(address)] }
        guard object.members.count == 1, let address = object["address"]?.stringValue else { return value }
        return ["type": "manual", "address": .string(address)]
    }
}
