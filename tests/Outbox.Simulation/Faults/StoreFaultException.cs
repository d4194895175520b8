namespace Outbox.Simulation.Faults;

/// <summary>What a database's driver throws when it fails.</summary>
internal sealed class StoreFaultException(Fault fault) : Exception($"The database failed: {fault}.");
