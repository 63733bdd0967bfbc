"""The forty people who buy in the demo: made up, with mail addresses that nobody can have."""

import unicodedata

# Name, street, town, postcode, country; telephone numbers of the ranges kept for stories.
_PEOPLE = """
Amelia Hartwell|14 Orchard Lane|Norwich|NR2 3QP|GB
Bram de Wit|Kerkstraat 81|Utrecht|3511 BV|NL
Callum Reid|3 Quayside Court|Dundee|DD1 3JT|GB
Daria Kowalczyk|ul. Lipowa 22/4|Poznań|61-001|PL
Edwin Okafor|57 Station Road|Reading|RG1 1LX|GB
Freya Lindqvist|Storgatan 9|Uppsala|753 31|SE
Gareth Pugh-Ellis|Tŷ Gwyn, Heol y Bryn|Bangor|LL57 2AB|GB
Hanna Vogel|Rosenweg 5|Freiburg|79098|DE
Isaac Thornbury|Flat 6, 120 Mill Street|Leeds|LS9 8DW|GB
Jana Nováková|Dlouhá 31|Brno|602 00|CZ
Keiran Doyle|8 Harbour View|Galway|H91 X2K4|IE
Lotte Brandt|Birkenallee 44|Hamburg|20095|DE
Marcus Ellery|29 Paddock Close|Exeter|EX4 4QJ|GB
Nadia Rahimi|76 Albert Terrace|Bradford|BD7 1NS|GB
Oskar Winter|Schillerplatz 2|Graz|8010|AT
Priya Nayar|11 Lanark Avenue|Glasgow|G12 0AX|GB
Quentin Marchal|18 rue des Tilleuls|Nantes|44000|FR
Rosalind Peake|The Old Bakery, Church Row|Ludlow|SY8 1AP|GB
Stefan Lehner|Am Graben 17|Regensburg|93047|DE
Tamsin Cole|2 Fore Street|Falmouth|TR11 3QD|GB
Uwe Petersen|Deichstraße 60|Kiel|24103|DE
Violet Ashdown|93 Kingsway|Brighton|BN1 4HP|GB
Wim Janssens|Meir 140|Antwerpen|2000|BE
Xanthe Burgess|41 Cathedral Walk|Ely|CB7 4DL|GB
Yusuf Demirel|5 Granary Wharf|Bristol|BS1 6FU|GB
Zofia Malik|22 Castle Hill|Lincoln|LN1 3AA|GB
Anton Berger|Lindenstraße 12|Bern|3011|CH
Beatriz Faro|Rua das Flores 77|Porto|4050-265|PT
Conrad Hale|6 Weavers Yard|Halifax|HX1 1QX|GB
Delphine Aubry|4 impasse du Moulin|Lyon|69003|FR
Elias Sundberg|Havnegata 3|Bergen|5003|NO
Fiona MacRae|1 Lochside|Inverness|IV3 5QF|GB
Giulia Ferrante|Via dei Mille 19|Torino|10123|IT
Henrik Dahl|Nørregade 28|Aarhus|8000|DK
Imogen Starling|65 Victoria Park|Cardiff|CF5 1EU|GB
Jasper Koning|Nieuwe Gracht 12|Haarlem|2011 NB|NL
Katrin Seidel|Goethering 103|Leipzig|04109|DE
Leo Fairchild|17 Sandpiper Way|Poole|BH15 4AZ|GB
Mikko Laine|Kauppakatu 8|Tampere|33100|FI
Nell Whitcombe|50 Abbey Green|Bath|BA1 1NW|GB
"""


def _mail_name(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return ".".join(plain.lower().split())


def _customer(number: int, line: str) -> dict[str, str]:
    name, street, town, postcode, country = line.split("|")
    first, _, last = name.partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "address_1": street,
        "city": town,
        "postcode": postcode,
        "country": country,
        "email": f"{_mail_name(name)}@example.test",
        "phone": f"+44 7700 900{number:03d}" if country == "GB" else "",
    }


CUSTOMERS = [_customer(number, line) for number, line in enumerate(_PEOPLE.strip().splitlines())]
