using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Outbox;

namespace MinimalApiHost.Requests;

/// <summary>
/// Reads a JSON object as its sender meant it, or says what is wrong in the words of the API: a member that nothing reads, one that is there
/// twice, a value of another kind, half a surrogate pair.
/// </summary>
internal static class JsonBody
{
    private static readonly JsonSerializerOptions Options = JsonSerializerOptions.Web;

    public static async Task<T> ReadAsync<T>(HttpRequest request)
        where T : class
    {
        var body = await BytesAsync(request) ?? throw Malformed("This route reads a JSON object in the body, and there is no body.");
        var type = Options.GetTypeInfo(typeof(T));
        Check(body, type);
        try
        {
            return JsonSerializer.Deserialize<T>(body, Options)!;
        }
        catch (JsonException e)
        {
            throw OfAnotherKind(type, e);
        }
    }

    /// <summary>The body as it was sent; null where there is none.</summary>
    public static async Task<byte[]?> BytesAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        if (buffer.Length == 0)
        {
            return null;
        }

        return request.HasJsonContentType()
            ? buffer.ToArray()
            : throw new BadHttpRequestException(
                $"The body is of the type '{request.ContentType ?? "(none)"}'. Send JSON, and say so: 'Content-Type: application/json'.", StatusCodes.Status415UnsupportedMediaType);
    }

    private static void Check(byte[] body, JsonTypeInfo type)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            if (reader.TokenType is not JsonTokenType.StartObject)
            {
                throw Malformed($"This route reads a JSON object, and the body is {Kind(reader.TokenType)}.");
            }

            CheckMembers(reader, type);
            JsonText.Check(reader);
        }
        catch (JsonException e)
        {
            throw Malformed($"The body is not the JSON that this route reads: {e.Message}");
        }
    }

    private static void CheckMembers(Utf8JsonReader reader, JsonTypeInfo type)
    {
        var known = type.Properties.Where(property => !property.IsExtensionData).Select(property => property.Name).ToList();
        var takesMore = type.Properties.Any(property => property.IsExtensionData);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = JsonText.Of(ref reader, "");
            if (!seen.Add(name))
            {
                throw new WebhookValidationException(name, $"'{name}' is there twice. Leave one of them out.");
            }

            if (!takesMore && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw new WebhookValidationException(name, $"Nothing reads '{name}' here. Known are: {string.Join(", ", known)}.");
            }

            reader.Skip();
        }
    }

    private static WebhookValidationException OfAnotherKind(JsonTypeInfo type, JsonException e)
    {
        var field = e.Path is { Length: > 2 } path ? path[2..] : "body";
        var member = type.Properties.FirstOrDefault(property => field == property.Name || field.StartsWith($"{property.Name}.", StringComparison.Ordinal) || field.StartsWith($"{property.Name}[", StringComparison.Ordinal));
        return new WebhookValidationException(field, $"'{field}' is of another kind than this route reads. Give {Expected(member?.PropertyType)}.", e);
    }

    private static string Expected(Type? type) => (Nullable.GetUnderlyingType(type ?? typeof(string)) ?? type) switch
    {
        var kind when kind == typeof(bool) => "true or false",
        var kind when kind == typeof(double) => "a number",
        var kind when kind == typeof(IReadOnlyList<string>) => """a list of texts: ["a", "b"]""",
        var kind when kind == typeof(IReadOnlyDictionary<string, double>) => """an object of numbers: {"recording": 60}""",
        _ => """a text: "…".""",
    };

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };

    private static BadHttpRequestException Malformed(string message) => new(message);
}
