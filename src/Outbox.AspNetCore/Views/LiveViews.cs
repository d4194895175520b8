namespace Outbox.AspNetCore.Views;

/// <summary>What is new or changed in a list of deliveries that somebody looks at; and whether older ones follow that are not looked at.</summary>
internal sealed record LiveDeliveries(IReadOnlyList<DeliveryView> Items, bool Reset, IReadOnlyList<string> Removed, bool More);
