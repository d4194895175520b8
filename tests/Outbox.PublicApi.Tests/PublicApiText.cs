using System.Globalization;
using System.Reflection;
using System.Text;

namespace Outbox.PublicApi.Tests;

/// <summary>Prints what an assembly shows to the world, one line a member, in an order that does not depend on the source.</summary>
internal static class PublicApiText
{
    private const BindingFlags Shown = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (var member in type.GetMembers(Shown).Select(Line).OfType<string>().Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsSealed ? "sealed class" : type.IsAbstract ? "abstract class" : "class";
        IEnumerable<string> bases = type.GetInterfaces().Where(i => !IsGenerated(i)).Select(Name).Order(StringComparer.Ordinal);
        if (type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum))
        {
            bases = bases.Prepend(Name(b));
        }

        var list = string.Join(", ", bases);
        return $"{kind} {type.Namespace}.{Name(type)}{(list.Length > 0 && !type.IsEnum ? $" : {list}" : "")}";
    }

    private static bool IsGenerated(Type i) => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEquatable<>);

    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo { IsPublic: true } constructor => $"new({Parameters(constructor)})",
        ConstructorInfo { IsFamily: true, IsStatic: false } constructor => $"protected new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: true, Name: "op_Implicit" } method when method.IsPublic => $"implicit {Name(method.ReturnType)}({Parameters(method)})",
        MethodInfo method when !Visible(method) || method.IsSpecialName || method.Name.Contains('<', StringComparison.Ordinal) || Ignored(method) => null,
        MethodInfo method => $"{Modifier(method)}{Name(method.ReturnType)} {method.Name}{Generics(method)}({Parameters(method)})",
        PropertyInfo property when property.GetAccessors(nonPublic: true).Any(Visible) && property.Name != "EqualityContract" => Property(property),
        FieldInfo { IsPublic: true, IsLiteral: true } field => $"const {Name(field.FieldType)} {field.Name} = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}",
        FieldInfo { IsPublic: true, IsSpecialName: false } field => $"{(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}",
        EventInfo @event => $"event {Name(@event.EventHandlerType!)} {@event.Name}",
        _ => null,
    };

    private static string Property(PropertyInfo property)
    {
        var getter = property.GetMethod is { } get && Visible(get) ? " get;" : "";
        var setter = property.SetMethod is { } set && Visible(set) ? IsInit(set) ? " init;" : " set;" : "";
        var required = property.CustomAttributes.Any(a => a.AttributeType.Name == "RequiredMemberAttribute") ? "required " : "";
        return $"{required}{Modifier(property.GetMethod ?? property.SetMethod!)}{Name(property.PropertyType)} {property.Name} {{{getter}{setter} }}";
    }

    private static bool IsInit(MethodInfo set) => set.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit");

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool Ignored(MethodInfo method) => method.Name is "Equals" or "GetHashCode" or "PrintMembers" or "Deconstruct" or "ToString";

    private static string Modifier(MethodInfo method) =>
        (method.IsFamily ? "protected " : "") + (method.IsStatic ? "static " : method.IsAbstract && !method.DeclaringType!.IsInterface ? "abstract " : "");

    private static string Generics(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{(p.CustomAttributes.Any(a => a.AttributeType.Name == "ParamArrayAttribute") ? "params " : "")}{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + (p.DefaultValue?.ToString() ?? "null") : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return "ref " + Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        var nested = type.IsNested && !type.IsGenericParameter ? Name(type.DeclaringType!) + "." : "";
        return type.IsGenericType
            ? $"{nested}{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : nested + type.Name;
    }
}
