package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.bench.Contender.Client;
import io.sessionadmin.testbed.bench.Contender.Step;
import io.sessionadmin.testbed.bench.Crew.Shift;
import io.sessionadmin.testbed.bench.ServerMeter.Work;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The life of sessions, by all contenders: in each round every contender does each operation once with sessions of its own,
 * and another one begins.
 */
final class SessionWorkloads {

    /** So that an access is later than the last save by more than a second. */
    private static final long PAUSE_MILLIS = 1_100;

    private final List<Contender> contenders;
    private final Set<Operation> operations;
    private final ServerMeter meter;

    SessionWorkloads(List<Contender> contenders, Set<Operation> operations, ServerMeter meter) {
        this.contenders = contenders;
        this.operations = operations;
        this.meter = meter;
    }

    /** One contender in one round. */
    private record Turn(Contender contender, List<Client> clients, Map<Operation, Measured> measured) {}

    /** One round. What was measured is by contender and operation. */
    Map<Contender, Map<Operation, Measured>> round(Scenario scenario, int number) throws Exception {
        List<Turn> turns = new ArrayList<>();
        for (Contender contender : contenders) {
            turns.add(new Turn(contender, clients(contender, scenario, number), new EnumMap<>(Operation.class)));
        }
        List<Turn> order = new ArrayList<>(turns);
        Collections.rotate(order, number);
        try (Crew crew = new Crew(scenario.threads())) {
            for (Operation operation : operations) {
                if (operation == Operation.UNCHANGED) {
                    Thread.sleep(PAUSE_MILLIS);
                }
                for (Turn turn : order) {
                    if (turn.contender().does(operation)) {
                        turn.measured().put(operation, measure(turn.contender(), operation, turn.clients(), crew));
                    }
                }
            }
        }
        Map<Contender, Map<Operation, Measured>> measured = new LinkedHashMap<>();
        turns.forEach(turn -> measured.put(turn.contender(), turn.measured()));
        return measured;
    }

    private static List<Client> clients(Contender contender, Scenario scenario, int number) throws Exception {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < scenario.sessions(); i++) {
            clients.add(contender.client(Payload.of(scenario.bytes(), number * 1_000_003L + i)));
        }
        return clients;
    }

    private Measured measure(Contender contender, Operation operation, List<Client> clients, Crew crew)
            throws Exception {
        List<Step> steps = new ArrayList<>();
        for (Client client : clients) {
            steps.add(client.prepare(operation));
        }
        Work before = meter.read();
        Shift shift = crew.run(steps);
        contender.settle();
        Work work = meter.read().since(before);
        return new Measured(shift.latencies(), steps.size(), shift.seconds(), shift.roundTrips(), work);
    }
}
