using System.Text.Json;
using Outbox;

namespace MinimalApiHost.Requests;

/// <summary>The texts in a JSON document: none of them may hold half a surrogate pair, which no UTF-8 can send on.</summary>
internal static class JsonText
{
    /// <summary>Reads on to the end of the object in which the reader is.</summary>
    /// <exception cref="WebhookValidationException">A text is broken; the field is its path.</exception>
    public static void Check(Utf8JsonReader reader)
    {
        var path = new Stack<string>();
        var name = "";
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = Of(ref reader, Join(path, ""));
                    break;
                case JsonTokenType.String:
                    Of(ref reader, Join(path, name));
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    path.Push(name);
                    name = "";
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    path.TryPop(out _);
                    name = "";
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The text at which the reader is.</summary>
    public static string Of(ref Utf8JsonReader reader, string field)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new WebhookValidationException(
                field.Length == 0 ? "body" : field,
                $"The text of '{(field.Length == 0 ? "a name" : field)}' is cut: it holds half a surrogate pair (as \"\\ud800\") or bytes that are not UTF-8. Repair it where it was cut.",
                e);
        }
    }

    private static string Join(Stack<string> path, string name) => string.Join('.', path.Reverse().Append(name).Where(part => part.Length > 0));
}
