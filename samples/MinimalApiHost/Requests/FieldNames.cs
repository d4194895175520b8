namespace MinimalApiHost.Requests;

/// <summary>What a route calls the fields that the outbox has other names for, so that an error names what the caller wrote.</summary>
internal sealed record FieldNames(IReadOnlyDictionary<string, string> Spelling)
{
    public string Of(string field) => Spelling.GetValueOrDefault(field, field);
}

internal static class FieldNamesExtensions
{
    public static RouteHandlerBuilder WithFieldNames(this RouteHandlerBuilder route, params (string Outbox, string Here)[] names) =>
        route.WithMetadata(new FieldNames(names.ToDictionary(name => name.Outbox, name => name.Here, StringComparer.Ordinal)));
}
