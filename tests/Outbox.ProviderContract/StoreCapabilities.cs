namespace Outbox.ProviderContract;

/// <summary>What a store can do beyond what every store must. Cases that need more than a fixture declares are shown as skipped.</summary>
[Flags]
public enum StoreCapabilities
{
    /// <summary>Nothing beyond the common rules.</summary>
    None = 0,

    /// <summary>
    /// Takes part in a transaction of the caller's. Where that is a <see cref="System.Data.Common.DbTransaction"/> the fixture has
    /// <see cref="StoreFixture.OpenConnectionAsync"/>; else it overrides <see cref="StoreFixture.BeginAsync"/>,
    /// <see cref="StoreFixture.CreateCallsAsync"/> and <see cref="StoreFixture.CountCallsAsync"/>.
    /// </summary>
    CallerTransactions = 1,

    /// <summary>
    /// Makes, validates or leaves its tables as <see cref="Outbox.Storage.SchemaMode"/> says; the fixture has
    /// <see cref="StoreFixture.OpenConnectionAsync"/>, or overrides <see cref="StoreFixture.RunScriptAsync"/> and
    /// <see cref="StoreFixture.MakeSchemaNewerAsync"/>.
    /// </summary>
    SchemaModes = 2,

    /// <summary>Several processes may dispatch at once.</summary>
    ManyDispatchers = 4,

    /// <summary>One process dispatches at a time, and a successor takes over at once what its predecessor had leased.</summary>
    OneDispatcher = 8,

    /// <summary>The fixture's clock can jump far, in both directions.</summary>
    ClockJumps = 16,

    /// <summary>A second instance finds what the first one stored.</summary>
    Durable = 32,

    /// <summary>All of the above but <see cref="OneDispatcher"/>; what a fixture without the attribute is held to.</summary>
    Full = CallerTransactions | SchemaModes | ManyDispatchers | ClockJumps | Durable,
}

/// <summary>Declares on a <see cref="StoreFixture"/> what its store can do.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StoreCapabilitiesAttribute(StoreCapabilities capabilities) : Attribute
{
    /// <summary>What the store can do.</summary>
    public StoreCapabilities Capabilities { get; } = capabilities;
}
