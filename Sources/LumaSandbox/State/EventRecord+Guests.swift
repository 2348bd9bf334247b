import Core

extension EventRecord {
    /// How many guests there are of each status.
    var tally: GuestTally { GuestTally(guests) }

    /// What a guest gets who chose nothing: the first ticket type that everybody sees.
    var defaultTicketType: TicketTypeRecord? { ticketTypes.first { !$0.isHidden } ?? ticketTypes.first }

    /// The place of the guest of this id, guest key, ticket or e-mail address, which is compared without case.
    func guestIndex(named name: String) -> Int? {
        let email = name.lowercased()
        return guests.firstIndex { guest in
            guest.id == name || guest.key == name || guest.email.lowercased() == email
                || guest.tickets.contains { $0.id == name }
        }
    }

    /// As many guests as the tally says. Their ids come from the event's own id: they shift no other, and are the same
    /// whenever they are made.
    func makeGuests(by tally: GuestTally) -> [GuestRecord] {
        var mint = IdMint(seed: id.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
        let total = GuestRecord.Status.allCases.reduce(0) { $0 + tally[$1.rawValue].guests }
        // They registered one after another in the first two weeks, as far as the event was yet to come.
        let weeks = min(startAt.milliseconds - createdAt.milliseconds, 14 * 86_400_000)
        let pause = max(1, weeks / Int64(total + 1))
        var guests: [GuestRecord] = []
        for status in GuestRecord.Status.allCases {
            let count = tally[status.rawValue]
            for place in 0..<count.guests {
                // Tickets beyond one for each guest go to the first ones.
                let more = max(0, count.tickets - count.guests)
                let tickets = 1 + more / count.guests + (place < more % count.guests ? 1 : 0)
                let number = guests.count + 1
                let at = createdAt.advanced(milliseconds: pause * Int64(number))
                var guest = mint.guest(number, status, tickets: tickets, of: self, isPaid: tally.hasPaid, at: at)
                if status == .approved, place < tally["checked_in"].guests {
                    for index in guest.tickets.indices { guest.tickets[index].checkedInAt = startAt }
                }
                guests.append(guest)
            }
        }
        return guests
    }
}

extension IdMint {
    /// A guest with a name and an address that no other guest of the event with another number has.
    ///
    /// - Parameter isPaid: Whether the tickets cost what their type says; of a guest who is not approved it is held.
    mutating func guest(
        _ number: Int, _ status: GuestRecord.Status, tickets: Int, of event: EventRecord, isPaid: Bool, at: Timestamp
    ) -> GuestRecord {
        let id = id("gst-")
        let draw = id.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff }
        let first = Self.firstNames[draw % Self.firstNames.count]
        let last = Self.lastNames[draw / Self.firstNames.count % Self.lastNames.count]
        var guest = GuestRecord(
            id: id, key: self.id("g-"), userId: self.id("usr-"),
            email: "\(first).\(last).\(number)@example.com".lowercased(), name: "\(first) \(last)", status: status,
            createdAt: at)
        guard status != .invited else {
            guest.invitedAt = at
            return guest
        }
        guest.registeredAt = at
        guard let type = event.defaultTicketType else { return guest }
        let isCharged = isPaid && status != .declined
        let charge = isCharged ? type.charge(isCaptured: status == .approved) : .free
        for _ in 0..<tickets { guest.tickets.append(ticket(type, charge)) }
        if isCharged {
            var sum = charge
            sum.amount *= tickets
            guest.orders = [GuestRecord.Order(id: self.id("tord-"), charge: sum)]
        }
        return guest
    }

    /// A ticket of this type.
    mutating func ticket(_ type: TicketTypeRecord, _ charge: GuestRecord.Charge) -> GuestRecord.Ticket {
        GuestRecord.Ticket(
            id: id("tkt-"), typeId: type.id, name: type.values["name"]?.stringValue ?? "", charge: charge)
    }

    private static let firstNames = [
        "Ada", "Alan", "Anita", "Barbara", "Carla", "Donald", "Edith", "Emmy", "Frances", "Grace", "Hedy", "Joan",
        "Karen", "Katherine", "Leslie", "Margaret", "Noor", "Radia", "Sophie", "Tim",
    ]
    private static let lastNames = [
        "Adler", "Baker", "Castro", "Dumont", "Egede", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Kaya", "Lopez",
        "Moreau", "Nowak", "Okafor", "Petrov", "Quist", "Rossi", "Silva", "Tanaka",
    ]
}

extension TicketTypeRecord {
    /// What a ticket of this type costs; of a free one, what somebody has paid for it before it was free.
    fileprivate func charge(isCaptured: Bool) -> GuestRecord.Charge {
        guard isPaid, let cents = values["cents"]?.wholeValue, let currency = values["currency"]?.stringValue else {
            return GuestRecord.Charge(amount: 1000, currency: "usd", isCaptured: isCaptured)
        }
        return GuestRecord.Charge(
            amount: min(cents, Self.highestPrice), currency: currency, isCaptured: isCaptured)
    }

    /// A higher one counts as this: the sum of many tickets stays exact.
    private static let highestPrice = 10_000_000_000
}
