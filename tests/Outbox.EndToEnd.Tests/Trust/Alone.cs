namespace Outbox.EndToEnd.Tests.Trust;

/// <summary>Tests that take the whole machine, or listen to the whole process.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
