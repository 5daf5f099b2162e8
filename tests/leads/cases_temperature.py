"""Leads in their own words, with the class that domain.md gives them: written from the rules, before looking at what
the code says."""

QUENTE, MORNO, FRIO, NADA = "quente", "morno", "frio", "nao_classificado"

CASES: list[tuple[str, list[str]]] = [
    # Business, need, and soon.
    (QUENTE, ["Bom dia, sou da Hamburgueria Brasa Norte, quero a FB700, preciso pra essa semana"]),
    (QUENTE, ["aqui é do Açougue Boi Bravo", "precisamos fazer 800 hambúrgueres por dia", "é urgente"]),
    (QUENTE, ["CNPJ 69.882.044/0077-97, queremos a CT200 ainda este mês"]),
    (QUENTE, ["sou o Caio da Lanchonete Sol Poente", "2000 burgers por dia", "preciso em 15 dias"]),
    (QUENTE, ["Frigorífico Vale Verde, interesse na SE3000, em até 20 dias precisamos estar rodando"]),
    # A formal quotation with the CNPJ stands for the haste.
    (QUENTE, ["pode mandar a proposta da SE SmartPro? nosso cnpj é 69.882.044/0077-97"]),
    (QUENTE, ["gostaria de um orçamento formal da FS150", "CNPJ 69882044007797"]),
    (QUENTE, ["quero a FB300, cnpj 69.882.044/0077-97", "mês que vem a gente compra", "me envia a cotação"]),
    # Something of it is missing.
    (MORNO, ["oi, sou a Marina, de Itajaí"]),
    (MORNO, ["quero saber da FB300"]),
    (MORNO, ["tenho uma hamburgueria em Londrina, preciso urgente da FB700"]),
    (MORNO, ["Hamburgueria Brasa Norte aqui, queremos a FB700 pro mês que vem"]),
    (MORNO, ["somos do Mercado Estrela Azul", "preciso pra essa semana"]),
    (MORNO, ["me manda um orçamento da FB300", "sou da Padaria Trigo Bom"]),
    (MORNO, ["faço 500 hambúrgueres por dia na mão"]),
    (MORNO, ["Restaurante Lenha Boa, a FBM100 me interessa, mas não tenho pressa"]),
    (MORNO, ["cnpj 69.882.044/0077-97, quero ver uma cortadora pra daqui 2 meses"]),
    (MORNO, ["ainda não tenho empresa, estou montando uma hamburgueria", "quero a FBM100"]),
    (MORNO, ["sou da Casa de Carnes Aurora e por enquanto só pesquisando, faço 100 kg por dia"]),
    (MORNO, ["vocês são de onde? eu sou de Crato"]),
    # Positive evidence of no business, curiosity or a far need.
    (FRIO, ["não tenho comércio, é só pra fazer em casa", "gostei da FBM100"]),
    (FRIO, ["quero a FBM100 pro churrasco da família, é uso doméstico"]),
    (FRIO, ["é só por curiosidade, quanto custa a FB300?"]),
    (FRIO, ["oi, é um trabalho da faculdade sobre máquinas"]),
    (FRIO, ["sou a Bia, não pretendo comprar, só curiosa mesmo"]),
    (FRIO, ["sou da Hamburgueria Brasa Norte, quero a FB700, mas só ano que vem"]),
    (FRIO, ["Açougue Boi Bravo, CT200, daqui uns 8 meses"]),
    (FRIO, ["só pesquisando por enquanto, vi a FB300 num vídeo"]),
    (FRIO, ["pode mandar a proposta, cnpj 69.882.044/0077-97, FB300, é pra daqui a 6 meses"]),
    (FRIO, ["não é pra negócio, quero só uma FBM100"]),
    # Silence is no evidence.
    (NADA, ["oi"]),
    (NADA, ["bom dia, tudo bem?"]),
    (NADA, ["quem são vocês?"]),
    (NADA, ["???"]),
]
