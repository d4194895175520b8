using Outbox.Simulation.Run;

return CommandLine.Run(args);
